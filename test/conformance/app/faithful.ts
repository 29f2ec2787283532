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
    return Array.from(value, (item: unknown, i) => (i in value ? deep(item) : tagged("hole")));
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
  if (ArrayBuffer.isView(value)) return tagged(type, Array.from(value as unknown as ArrayLike<unknown>, deep));
  if (value instanceof Error) return tagged(value.constructor.name, `${value.name}: ${value.message}`);
  if (["Boolean", "Number", "String", "BigInt"].includes(type)) return tagged(type, deep(value.valueOf()));
  if (type !== "Object") return tagged(type);
  const properties = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deep(item)]));
  return "$" in properties ? tagged("object", properties) : properties;
}
