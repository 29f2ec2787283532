/**
 * Where two values are not the same in everything that structured clone carries: kinds, keys and their order, holes, -0
 * and NaN, bytes, and which of their parts are one object. Empty when they are the same.
 */
export function differences(left: unknown, right: unknown): string[] {
  const found: string[] = [];
  compare(left, right, { found, path: "value", partners: new Map(), taken: new Set() });
  return found;
}

interface Comparison {
  readonly found: string[];
  readonly path: string;
  /** What stands for an object of the left on the right. */
  readonly partners: Map<object, object>;
  readonly taken: Set<object>;
}

function compare(left: unknown, right: unknown, comparison: Comparison): void {
  if (isObject(left) && isObject(right)) compareObjects(left, right, comparison);
  else if (!Object.is(left, right)) differ(comparison, shown(left), shown(right));
}

function compareObjects(left: object, right: object, comparison: Comparison): void {
  const { partners, taken } = comparison;
  const partner = partners.get(left);
  if (partner !== undefined || taken.has(right)) {
    if (partner !== right) differ(comparison, "one object", "two");
    return;
  }
  partners.set(left, right);
  taken.add(right);
  const [kind, other] = [kindOf(left), kindOf(right)];
  if (kind !== other) {
    differ(comparison, kind, other);
    return;
  }
  compareInside(left, right, comparison);
  // Of a view the keys are its elements, and of an error the stack is no part of what it says.
  if (ArrayBuffer.isView(left)) return;
  compareProperties(left, right, comparison);
}

function compareInside(left: object, right: object, comparison: Comparison): void {
  if (left instanceof Map && right instanceof Map) {
    compareLists([...left].flat(), [...right].flat(), at(comparison, "entries"));
  } else if (left instanceof Set && right instanceof Set) {
    compareLists([...left], [...right], at(comparison, "members"));
  } else if (left instanceof ArrayBuffer && right instanceof ArrayBuffer) {
    compareLists([...new Uint8Array(left)], [...new Uint8Array(right)], at(comparison, "bytes"));
  } else if (ArrayBuffer.isView(left) && ArrayBuffer.isView(right)) {
    compare(left.byteOffset, right.byteOffset, at(comparison, "byteOffset"));
    compare(left.byteLength, right.byteLength, at(comparison, "byteLength"));
    compare(left.buffer, right.buffer, at(comparison, "buffer"));
  } else if (left instanceof Date && right instanceof Date) {
    compare(left.getTime(), right.getTime(), at(comparison, "time"));
  } else if (left instanceof RegExp && right instanceof RegExp) {
    compare(String(left), String(right), at(comparison, "expression"));
  } else if (left instanceof Error && right instanceof Error) {
    compare(left.name, right.name, at(comparison, "name"));
    compare(left.message, right.message, at(comparison, "message"));
    compare(left.cause, right.cause, at(comparison, "cause"));
  } else if (BOXES.has(kindOf(left))) compare(left.valueOf(), right.valueOf(), at(comparison, "boxed"));
  else if (Array.isArray(left) && Array.isArray(right)) {
    compare(left.length, right.length, at(comparison, "length"));
  }
}

const BOXES: ReadonlySet<string> = new Set(["Boolean", "Number", "String", "BigInt"]);
/** Own in some engines and hosts and inherited in others, and compared above where they say something. */
const OF_ERRORS: ReadonlySet<string> = new Set(["stack", "name", "message", "cause"]);

function compareProperties(left: object, right: object, comparison: Comparison): void {
  const isError = left instanceof Error;
  const keysOf = (value: object): string[] => Object.keys(value).filter((key) => !isError || !OF_ERRORS.has(key));
  const [keys, others] = [keysOf(left), keysOf(right)];
  // An error's own properties come after a clone in whatever order.
  const [sorted, otherSorted] = isError ? [keys.toSorted(), others.toSorted()] : [keys, others];
  if (JSON.stringify(sorted) !== JSON.stringify(otherSorted)) {
    differ(comparison, `the keys ${JSON.stringify(keys)}`, JSON.stringify(others));
    return;
  }
  for (const key of keys) compare(Reflect.get(left, key), Reflect.get(right, key), at(comparison, key));
}

function compareLists(left: readonly unknown[], right: readonly unknown[], comparison: Comparison): void {
  if (left.length !== right.length) differ(comparison, String(left.length), String(right.length));
  else for (const [i, item] of left.entries()) compare(item, right[i], at(comparison, String(i)));
}

function kindOf(value: object): string {
  if (ArrayBuffer.isView(value) || value instanceof Error) return value.constructor.name;
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  return kind === "Object" && Object.getPrototypeOf(value) === null ? "Object without a prototype" : kind;
}

function at(comparison: Comparison, key: string): Comparison {
  return { ...comparison, path: `${comparison.path}.${key}` };
}

function differ({ found, path }: Comparison, left: string, right: string): void {
  found.push(`${path}: ${left} and ${right}`);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function shown(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  return typeof value === "string"
    ? JSON.stringify(value.slice(0, 50))
    : `${typeof value} ${isObject(value) ? kindOf(value) : String(value)}`;
}
