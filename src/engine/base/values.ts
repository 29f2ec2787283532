/**
 * Which of two forms a value is kept in (spec §6.10). What JSON carries faithfully is kept as JSON text in its row;
 * everything else that structured clone carries is kept as V8's bytes. The rules for what may cross at all are those
 * of Cloudflare's RPC: instances of an application's own classes, functions, promises and symbols do not.
 */
export type Form = "json" | "clone";

/** Cloudflare's limit for params, results and event payloads. */
export const MAX_VALUE_BYTES = 1024 * 1024;
/** Cloudflare's limit for all results and events of one instance (spec §11). */
export const MAX_INSTANCE_BYTES = 1024 * 1024 * 1024;
export const INSTANCE_FULL = "The instance has exceeded the 1GiB storage limit";

export interface Inspection {
  form: Form;
  /** What V8's serializer makes of it; at most so many where the strings were not looked through. */
  bytes: number;
  /** Inside an Error, where it depends on the compatibility date whether it is carried: what must not be. */
  doubt?: UnserialisableResult;
}

const CLONE_TAGS: ReadonlySet<string> = new Set([
  "[object Date]",
  "[object RegExp]",
  "[object Map]",
  "[object Set]",
  "[object ArrayBuffer]",
  "[object DataView]",
  "[object Boolean]",
  "[object Number]",
  "[object String]",
  "[object BigInt]",
  "[object Error]",
  "[object DOMException]",
  "[object Headers]",
  "[object Blob]",
  "[object File]",
]);

/**
 * Walks a value once.
 * @param exact look through strings: they take two bytes a character only when one of them is beyond Latin-1
 * @throws UnserialisableResult for functions and platform objects (`Response`, stubs, streams)
 * @throws DataCloneError (a DOMException) for symbols, promises, weak collections and instances of an application's class
 */
export function inspect(value: unknown, exact = false): Inspection {
  const walk: Walk = { form: "json", bytes: 0, seen: undefined, exact };
  visit(value, walk, 0);
  return walk;
}

/** A result that cannot be kept: the run ends `errored` and no `catch` in `run` sees it (spec §6.10). */
export class UnserialisableResult extends Error {
  /** The message is the run's as it stands; it says what is wrong with a stream, for example. */
  readonly isWhole: boolean;

  constructor(message: string, isWhole = false) {
    super(message);
    this.isWhole = isWhole;
  }
}

interface Walk extends Inspection {
  readonly exact: boolean;
  /** Objects met so far: a second meeting means sharing or a cycle, which JSON would lose. */
  seen: Set<object> | undefined;
}

/** Deeper than this, JSON and V8's serializer both run out of stack. */
const MAX_DEPTH = 1000;

function visit(value: unknown, walk: Walk, depth: number): void {
  // Every part has a tag and mostly a length. The whole has none here, so that 1 MiB of text or bytes is 1 MiB.
  if (depth > 0) walk.bytes += 2;
  switch (typeof value) {
    case "string":
      walk.bytes += bytesOfText(value, walk.exact);
      return;
    case "number":
      walk.bytes += bytesOfNumber(value);
      if (!Number.isFinite(value) || Object.is(value, -0)) walk.form = "clone";
      return;
    case "boolean":
      return;
    case "undefined":
      walk.form = "clone";
      return;
    case "bigint":
      walk.bytes += bytesOfBigInt(value);
      walk.form = "clone";
      return;
    case "function":
      throw new UnserialisableResult("a function cannot be kept");
    case "symbol":
      throw uncloneable(String(value));
    case "object":
      if (value !== null) visitObject(value, walk, depth);
      return;
  }
}

// oxlint-disable-next-line no-control-regex -- the whole of Latin-1 is meant
const BEYOND_LATIN_1 = /[^\u0000-\u00ff]/;

function bytesOfText(text: string, exact: boolean): number {
  const isWide = !exact || BEYOND_LATIN_1.test(text);
  return isWide ? 2 * text.length : text.length;
}

const LARGEST_SMALL = 2 ** 30;

function bytesOfNumber(value: number): number {
  const magnitude = Math.abs(value);
  if (!Number.isInteger(value) || magnitude > LARGEST_SMALL) return 8;
  return magnitude < 64 ? 1 : magnitude < 8192 ? 2 : magnitude < 1_048_576 ? 3 : 5;
}

function bytesOfBigInt(value: bigint): number {
  return BigInt.asIntN(64, value) === value ? 8 : 8 + value.toString(16).length / 2;
}

function visitObject(value: object, walk: Walk, depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError(`a value nested more than ${MAX_DEPTH} levels deep cannot be kept`);
  walk.seen ??= new Set();
  if (walk.seen.has(value)) {
    walk.form = "clone";
    return;
  }
  walk.seen.add(value);
  // JSON.stringify would call it, wherever it comes from; structured clone does not.
  if (Reflect.get(value, "toJSON") !== undefined) walk.form = "clone";
  if (Array.isArray(value)) {
    visitArray(value, walk, depth);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) {
    visitProperties(value, walk, depth);
    return;
  }
  walk.form = "clone";
  if (prototype === null) visitProperties(value, walk, depth);
  else visitBuiltIn(value, walk, depth);
}

function visitArray(value: readonly unknown[], walk: Walk, depth: number): void {
  const { length } = value;
  const keys = Object.keys(value);
  // Holes and named properties are carried by structured clone, not by JSON. Indices come first among the keys.
  if (keys.length !== length || (length > 0 && keys[length - 1] !== String(length - 1))) {
    walk.form = "clone";
    visitProperties(value, walk, depth);
    return;
  }
  for (let i = 0; i < length; i++) visit(value[i], walk, depth + 1);
}

function visitProperties(value: object, walk: Walk, depth: number): void {
  for (const key of Object.keys(value)) {
    walk.bytes += 2 + bytesOfText(key, walk.exact);
    // A setter on Object.prototype would swallow it in JSON.parse's place.
    if (key === "__proto__") walk.form = "clone";
    visit(Reflect.get(value, key), walk, depth + 1);
  }
}

function visitBuiltIn(value: object, walk: Walk, depth: number): void {
  if (ArrayBuffer.isView(value)) {
    // A view is carried with the whole of its buffer, which may be much larger.
    visit(value.buffer, walk, depth);
    return;
  }
  const tag = Object.prototype.toString.call(value);
  if (!CLONE_TAGS.has(tag)) throw refusal(value, tag);
  if (value instanceof ArrayBuffer) walk.bytes += value.byteLength;
  else if (value instanceof Map) {
    for (const [key, item] of value) {
      visit(key, walk, depth + 1);
      visit(item, walk, depth + 1);
    }
  } else if (value instanceof Set) {
    for (const item of value) visit(item, walk, depth + 1);
  } else if (value instanceof Error) visitError(value, walk, depth);
  else if (value instanceof Headers) visit([...value.entries()], walk, depth);
  else if (value instanceof Blob) walk.bytes += value.size + value.type.length;
  else if (value instanceof RegExp) visit(value.source, walk, depth);
  else visit(value.valueOf(), walk, depth);
}

/** Which of its properties are carried depends on the compatibility date: V8 knows. Here only their size counts. */
function visitError(error: Error, walk: Walk, depth: number): void {
  for (const key of Object.getOwnPropertyNames(error)) {
    try {
      visit(Reflect.get(error, key), walk, depth + 1);
    } catch (thrown) {
      if (thrown instanceof UnserialisableResult) walk.doubt ??= thrown;
    }
  }
}

const PLATFORM_CLASSES: ReadonlySet<string> = new Set([
  "Response",
  "Request",
  "ReadableStream",
  "WritableStream",
  "TransformStream",
  "WebSocket",
  "RpcStub",
  "RpcPromise",
  "RpcProperty",
  "Fetcher",
  "DurableObject",
]);

/** What no structured clone carries; V8 refuses it by name. */
const UNCLONEABLE: ReadonlySet<string> = new Set(["Promise", "WeakMap", "WeakSet", "WeakRef"]);

function uncloneable(what: string): DOMException {
  return new DOMException(`${what} could not be cloned.`, "DataCloneError");
}

function refusal(value: object, tag: string): Error {
  const constructor: unknown = Reflect.get(value, "constructor");
  const name = typeof constructor === "function" ? constructor.name : tag.slice(8, -1);
  if (UNCLONEABLE.has(tag.slice(8, -1))) return uncloneable(`#<${name}>`);
  if (PLATFORM_CLASSES.has(name)) return new UnserialisableResult(`a ${name} cannot be kept`);
  return new DOMException(
    `Could not serialize object of type "${name}". This type does not support serialization.`,
    "DataCloneError",
  );
}
