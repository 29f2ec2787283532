/**
 * Values on their way between a test in Node and the Worker beside the application: JSON that keeps what structured
 * clone keeps. Neither side can read the other's V8 bytes.
 *
 * The text is a list of nodes, the first of them the value. A string, a finite number, a boolean or `null` is its own
 * node; anything else is a list of a tag and what belongs to it, where parts that are values are numbers of nodes. So a
 * value that stands in two places, or in itself, is one node, and no text of a user can be taken for a tag.
 */

type Leaf = string | number | boolean | null;
type WireNode = Leaf | [tag: string, ...parts: (string | number | null)[]];

const SPECIAL: Readonly<Record<string, unknown>> = {
  undefined,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
  "-0": -0,
};

const ERRORS: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

const VIEWS: Readonly<Record<string, new (buffer: ArrayBuffer) => ArrayBufferView>> = {
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
};

/** @throws TypeError for what cannot be sent: a function, a symbol, a promise, an instance of a class. */
export function encodeWire(value: unknown): string {
  const nodes: WireNode[] = [];
  const known = new Map<object, number>();
  const add = (value: unknown): number => {
    const isObject = typeof value === "object" && value !== null;
    const before = isObject ? known.get(value) : undefined;
    if (before !== undefined) return before;
    // Its place is taken before its parts, which may lead back to it.
    const place = nodes.push(null) - 1;
    if (isObject) known.set(value, place);
    nodes[place] = isObject ? nodeOf(value, add) : leafOf(value);
    return place;
  };
  add(value);
  return JSON.stringify(nodes);
}

function leafOf(value: unknown): WireNode {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Object.is(value, -0)) return ["special", "-0"];
      return Number.isFinite(value) ? value : ["special", String(value)];
    case "bigint":
      return ["bigint", String(value)];
    case "undefined":
      return ["special", "undefined"];
    case "function":
    case "symbol":
    case "object":
    default:
      if (value === null) return null;
      throw new TypeError(`A ${typeof value} cannot be sent between a test and the server.`);
  }
}

function nodeOf(value: object, add: (value: unknown) => number): WireNode {
  if (Array.isArray(value)) return ["array", ...Array.from(value, add)];
  if (value instanceof Date) return ["date", Number.isNaN(value.getTime()) ? null : value.getTime()];
  if (value instanceof RegExp) return ["regexp", value.source, value.flags];
  if (value instanceof Map) return ["map", ...[...value].flat().map(add)];
  if (value instanceof Set) return ["set", ...Array.from(value, add)];
  if (value instanceof Error) return ["error", value.name, value.message];
  if (value instanceof ArrayBuffer) return ["buffer", base64Of(new Uint8Array(value))];
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    // A Buffer of Node's is a Uint8Array to everybody else.
    const name = value instanceof Uint8Array ? "Uint8Array" : value.constructor.name;
    return ["view", name, base64Of(bytes)];
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new TypeError(`A ${value.constructor.name} cannot be sent between a test and the server.`);
  }
  return ["object", ...Object.entries(value).flatMap(([key, part]) => [key, add(part)])];
}

/** @throws Error when the text was not made by `encodeWire`. */
export function decodeWire(text: string): unknown {
  const nodes = JSON.parse(text) as WireNode[];
  const made = new Map<number, unknown>();
  const value = (place: string | number | null | undefined): unknown => {
    if (typeof place !== "number" || !(place in nodes)) throw new Error("The message is not whole.");
    if (!made.has(place)) make(nodes[place] ?? null, place);
    return made.get(place);
  };
  const make = (node: WireNode, place: number): void => {
    if (!Array.isArray(node)) {
      made.set(place, node);
      return;
    }
    const [tag, ...parts] = node;
    const container = tag === "array" ? [] : tag === "map" ? new Map() : tag === "set" ? new Set() : {};
    // There before its parts, which may lead back to it.
    made.set(place, container);
    if (Array.isArray(container)) for (const part of parts) container.push(value(part));
    else if (container instanceof Map) for (const [key, entry] of pairs(parts)) container.set(value(key), value(entry));
    else if (container instanceof Set) for (const part of parts) container.add(value(part));
    else if (tag === "object") for (const [key, entry] of pairs(parts)) define(container, String(key), value(entry));
    else made.set(place, unfold(tag, parts));
  };
  return value(0);
}

type Part = string | number | null;

/** `__proto__` is a name like any other. */
function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function* pairs(parts: readonly Part[]): Generator<[Part | undefined, Part | undefined]> {
  for (let i = 0; i < parts.length; i += 2) yield [parts[i], parts[i + 1]];
}

function unfold(tag: string, [first = null, second = null]: readonly Part[]): unknown {
  const text = String(first);
  switch (tag) {
    case "special":
      return SPECIAL[text];
    case "bigint":
      return BigInt(text);
    case "date":
      return new Date(first ?? Number.NaN);
    case "regexp":
      return new RegExp(text, String(second));
    case "error":
      return errorOf(text, String(second));
    case "buffer":
      return bytesOf(text).buffer;
    case "view": {
      const View = VIEWS[text];
      if (View === undefined) throw new Error(`There is no ${text} here.`);
      return new View(bytesOf(String(second)).buffer);
    }
    default:
      throw new Error(`The message has a part of an unknown kind "${tag}".`);
  }
}

function errorOf(name: string, message: string): Error {
  const error = new (ERRORS[name] ?? Error)(message);
  if (error.name !== name) Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  return error;
}

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}
