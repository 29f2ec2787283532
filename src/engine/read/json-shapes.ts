/** What a value looks like in JSON, one level of it. See `jsonView` for the names. */
export type Shape = Name | Items | Properties;

/** A text in place of something JSON cannot say. */
export class Name {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export class Items {
  readonly size: number;
  readonly items: Iterable<unknown>;

  constructor(size: number, items: Iterable<unknown>) {
    this.size = size;
    this.items = items;
  }
}

export class Properties {
  readonly keys: readonly string[];
  readonly get: (key: string) => unknown;

  constructor(keys: readonly string[], get: (key: string) => unknown) {
    this.keys = keys;
    this.get = get;
  }
}

const UNDEFINED = new Name("[undefined]");
const EMPTY = new Name("[empty]");
/** `new Number(5)` and its like. */
const BOXES: ReadonlySet<string> = new Set(["Number", "Boolean", "String", "BigInt"]);

/** Shape of what is neither `null`, boolean, text nor a number that JSON knows. */
export function shapeOf(value: unknown): Shape {
  if (typeof value === "object" && value !== null) return shapeOfObject(value);
  if (value === undefined) return UNDEFINED;
  if (typeof value === "number") return new Name(Object.is(value, -0) ? "[-0]" : `[${value}]`);
  if (typeof value === "bigint") return new Name(`[BigInt(${value})]`);
  if (typeof value === "symbol") return new Name(`[Symbol(${value.description ?? ""})]`);
  return new Name(`[${typeof value === "function" ? "Function" : typeof value}]`);
}

function shapeOfObject(value: object): Shape {
  if (value instanceof Name || value instanceof Items || value instanceof Properties) return value;
  if (Array.isArray(value)) return shapeOfArray(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return propertiesOf(value, Object.keys(value));
  if (value instanceof Map) return named(`[Map(${value.size})]`, new Items(value.size, value));
  if (value instanceof Set) return named(`[Set(${value.size})]`, new Items(value.size, value));
  if (value instanceof Error) return shapeOfError(value);
  if (value instanceof Headers) {
    const fields = [...value.entries()];
    return named(`[Headers(${fields.length})]`, new Items(fields.length, fields));
  }
  return new Name(nameOfObject(value));
}

function shapeOfArray(value: readonly unknown[]): Shape {
  const items = new Items(value.length, itemsOf(value));
  // Indices come first. A list with holes has fewer of them.
  const further = Object.keys(value).filter((key) => !isIndex(key, value.length));
  return further.length === 0 ? items : named(`[Array(${value.length})]`, items, value, further);
}

function* itemsOf(value: readonly unknown[]): Generator {
  for (let i = 0; i < value.length; i++) yield i in value ? value[i] : EMPTY;
}

function isIndex(key: string, length: number): boolean {
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && index < length && String(index) === key;
}

function shapeOfError(error: Error): Shape {
  const name = `[${error.name}: ${error.message}]`;
  const further = Object.keys(error).filter((key) => key !== "name" && key !== "message" && key !== "stack");
  if (Object.hasOwn(error, "cause") && !further.includes("cause")) further.push("cause");
  return further.length === 0 ? new Name(name) : named(name, propertiesOf(error, further));
}

/** `{"[Name]": contents}`, and the properties of `owner` beside it. */
function named(name: string, contents: Shape, owner: object = {}, further: readonly string[] = []): Properties {
  return new Properties([name, ...further], (key) => (key === name ? contents : Reflect.get(owner, key)));
}

function propertiesOf(value: object, keys: readonly string[]): Properties {
  return new Properties(keys, (key) => Reflect.get(value, key));
}

function nameOfObject(value: object): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[Invalid Date]" : value.toISOString();
  if (value instanceof RegExp) return `[RegExp(${String(value)})]`;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${tag}(${value.byteLength} bytes)]`;
  if (value instanceof Blob) return `[${tag}(${value.size} bytes)]`;
  if (BOXES.has(tag)) {
    const inner: unknown = value.valueOf();
    return `[${tag}(${typeof inner === "string" ? JSON.stringify(inner) : Object.is(inner, -0) ? "-0" : String(inner)})]`;
  }
  const constructor: unknown = Reflect.get(value, "constructor");
  return `[${typeof constructor === "function" && constructor.name !== "" ? constructor.name : tag}]`;
}
