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
  /** An estimate of the size as a clone. */
  bytes: number;
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
]);

/**
 * Walks a value once.
 * @throws UnserialisableResult for functions and platform objects (`Response`, stubs, streams)
 * @throws DataCloneError (a DOMException) for symbols, promises, weak collections and instances of an application's class
 */
export function inspect(value: unknown): Inspection {
  const walk: Walk = { form: "json", bytes: 0, seen: undefined };
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
  /** Objects met so far: a second meeting means sharing or a cycle, which JSON would lose. */
  seen: Set<object> | undefined;
}

/** Deeper than this, JSON and V8's serializer both run out of stack. */
const MAX_DEPTH = 1000;

function visit(value: unknown, walk: Walk, depth: number): void {
  switch (typeof value) {
    case "string":
      walk.bytes += value.length + 2;
      return;
    case "number":
      walk.bytes += 8;
      if (!Number.isFinite(value) || Object.is(value, -0)) walk.form = "clone";
      return;
    case "boolean":
      walk.bytes += 4;
      return;
    case "undefined":
    case "bigint":
      walk.bytes += 8;
      walk.form = "clone";
      return;
    case "function":
      throw new UnserialisableResult("a function cannot be kept");
    case "symbol":
      throw uncloneable(String(value));
    case "object":
      if (value === null) walk.bytes += 4;
      else visitObject(value, walk, depth);
      return;
  }
}

function visitObject(value: object, walk: Walk, depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError(`a value nested more than ${MAX_DEPTH} levels deep cannot be kept`);
  walk.seen ??= new Set();
  if (walk.seen.has(value)) {
    walk.form = "clone";
    return;
  }
  walk.seen.add(value);
  walk.bytes += 2;
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
  // Holes and named properties are carried by structured clone, not by JSON.
  if (Object.keys(value).length !== length) {
    walk.form = "clone";
    visitProperties(value, walk, depth);
    return;
  }
  for (let i = 0; i < length; i++) visit(value[i], walk, depth + 1);
  walk.bytes += length;
}

function visitProperties(value: object, walk: Walk, depth: number): void {
  for (const key of Object.keys(value)) {
    walk.bytes += key.length + 4;
    // A setter on Object.prototype would swallow it in JSON.parse's place.
    if (key === "__proto__" || key === "toJSON") walk.form = "clone";
    visit(Reflect.get(value, key), walk, depth + 1);
  }
}

function visitBuiltIn(value: object, walk: Walk, depth: number): void {
  if (ArrayBuffer.isView(value)) {
    walk.bytes += value.byteLength;
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
  } else if (value instanceof Error) walk.bytes += value.message.length + (value.stack?.length ?? 0);
  else if (typeof value.valueOf() === "string") walk.bytes += Object.keys(value).length;
  else walk.bytes += 16;
}

const PLATFORM_CLASSES: ReadonlySet<string> = new Set([
  "Response",
  "Request",
  "Headers",
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
