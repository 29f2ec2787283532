/** A value as JSON that says all of it: two values that differ in what structured clone carries give different JSON. */
export function faithful(value: unknown, seen: readonly object[] = []): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : tagged("number", Object.is(value, -0) ? "-0" : String(value));
    case "undefined":
      return tagged("undefined");
    case "bigint":
      return tagged("bigint", String(value));
    case "function":
      return tagged("function");
    case "symbol":
      return tagged("symbol");
    case "object":
      return value === null ? null : object(value, seen);
    default:
      return tagged(typeof value);
  }
}

function tagged(type: string, content?: unknown): unknown {
  return content === undefined ? { $: type } : { $: type, of: content };
}

function object(value: object, seen: readonly object[]): unknown {
  const cycle = seen.indexOf(value);
  if (cycle >= 0) return tagged("seen", seen.length - cycle);
  const inside = [...seen, value];
  const deep = (item: unknown): unknown => faithful(item, inside);
  if (Array.isArray(value)) {
    const items = Array.from(value, (item: unknown, i) => (i in value ? deep(item) : tagged("hole")));
    const names = Object.keys(value).filter((key) => !/^\d+$/.test(key));
    return names.length === 0
      ? items
      : tagged("array", [...items, ...names.map((key) => [key, deep(Reflect.get(value, key))])]);
  }
  const type = Object.prototype.toString.call(value).slice(8, -1);
  if (value instanceof Date) return tagged(type, Number.isNaN(value.getTime()) ? "invalid" : value.toISOString());
  if (value instanceof RegExp) return tagged(type, String(value));
  if (value instanceof Map)
    return tagged(
      type,
      Array.from(value, ([key, item]) => [deep(key), deep(item)]),
    );
  if (value instanceof Set) return tagged(type, Array.from(value, deep));
  if (value instanceof ArrayBuffer) return tagged(type, [...new Uint8Array(value)]);
  if (value instanceof DataView)
    return tagged(type, [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]);
  if (ArrayBuffer.isView(value)) {
    const whole = value.byteLength === value.buffer.byteLength ? "" : ` of ${value.buffer.byteLength} bytes`;
    return tagged(type + whole, Array.from(value as unknown as ArrayLike<unknown>, deep));
  }
  if (value instanceof Error) return errorOf(value, deep);
  if (value instanceof Headers) return tagged(type, [...value]);
  if (value instanceof Blob) return tagged(type, [value.size, value.type, value instanceof File ? value.name : null]);
  if (["Boolean", "Number", "String", "BigInt"].includes(type)) return tagged(type, deep(value.valueOf()));
  if (type !== "Object") return tagged(type);
  const properties = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deep(item)]));
  return "$" in properties ? tagged("object", properties) : properties;
}

/** Where they have an order it is the platform's, and whether a stack is among the properties too. */
const SAID: ReadonlySet<string> = new Set(["stack", "name", "message", "code"]);

function errorOf(error: Error, deep: (item: unknown) => unknown): unknown {
  const names = Object.getOwnPropertyNames(error).filter((key) => !SAID.has(key) || (key === "code" && !isDom(error)));
  const facts = Object.fromEntries(names.toSorted().map((key) => [key, deep(Reflect.get(error, key))]));
  const said = `${error.name}: ${error.message}`;
  return tagged(error.constructor.name, names.length === 0 ? said : { said, facts });
}

function isDom(error: Error): boolean {
  return error.constructor.name === "DOMException";
}
