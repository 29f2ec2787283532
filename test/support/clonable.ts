import fc, { type Arbitrary } from "fast-check";

/**
 * Anything that structured clone carries, of every kind, with parts that are shared and circles.
 * @param withBare objects without a prototype as well, which calls between objects of workerd do not carry
 */
export function clonable({ withBare = true } = {}): Arbitrary<unknown> {
  const links = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 });
  return fc
    .tuple(tree(withBare), links)
    .map(([root, pairs]) => {
      const objects = objectsOf(root);
      const containers = objects.filter(isContainer);
      // One object in two places, or in itself.
      for (const [where, what] of pairs) {
        const container = containers[where % containers.length];
        if (container !== undefined) put(container, objects[what % objects.length]);
      }
      return root;
    })
    .filter(isCarried);
}

/** workerd does not carry an Error that is part of itself. */
function isCarried(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** Values of every kind without sharing. */
function tree(withBare: boolean): Arbitrary<unknown> {
  const { node } = fc.letrec<{ node: unknown }>((tie) => {
    const inner = tie("node");
    return {
      node: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        { weight: 6, arbitrary: leaf() },
        { weight: 2, arbitrary: fc.array(inner, { maxLength: 4 }) },
        { weight: 2, arbitrary: fc.array(fc.tuple(key(), inner), { maxLength: 4 }).map(objectOf) },
        { weight: withBare ? 1 : 0, arbitrary: fc.array(fc.tuple(key(), inner), { maxLength: 3 }).map(bareObjectOf) },
        { weight: 1, arbitrary: fc.array(fc.tuple(inner, inner), { maxLength: 3 }).map((list) => new Map(list)) },
        { weight: 1, arbitrary: fc.array(inner, { maxLength: 3 }).map((list) => new Set(list)) },
        { weight: 1, arbitrary: fc.tuple(fc.sparseArray(inner, { maxLength: 6 }), key(), inner).map(namedArrayOf) },
        { weight: 1, arbitrary: fc.sparseArray(inner, { maxLength: 8 }) },
        { weight: 1, arbitrary: error(inner) },
      ),
    };
  });
  return node;
}

function leaf(): Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom(undefined, null, true, false, -0, Number.NaN),
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    text(),
    fc.date({ noInvalidDate: false }),
    fc
      .constantFrom("a+", "", "[/]", "\\u{61}")
      .chain((source) =>
        fc.subarray(["d", "g", "i", "m", "s", "u", "y"]).map((flags) => new RegExp(source, flags.join(""))),
      ),
    fc.oneof(fc.boolean(), fc.double(), text(), fc.bigInt()).map((value): unknown => Object(value)),
    buffer(),
  );
}

/** Any UTF-16, lone surrogates and control characters too. */
function text(): Arbitrary<string> {
  const units = fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff }), fc.constant(0xd83d));
  return fc.array(units, { maxLength: 12 }).map((codes) => String.fromCharCode(...codes));
}

function key(): Arbitrary<string> {
  return fc.oneof(text(), fc.constantFrom("__proto__", "constructor", "toJSON", "then", "length", "", "0", "1", "$"));
}

const VIEWS: readonly (new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView)[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];

/** A buffer, or a view of all of one, or of a part. */
function buffer(): Arbitrary<ArrayBuffer | ArrayBufferView> {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const part = fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 2 }));
  return fc.oneof(
    bytes.map((list) => list.slice().buffer),
    fc
      .tuple(bytes, part, fc.constantFrom(...VIEWS))
      .map(([list, [offset, length], View]) => new View(list.slice().buffer, offset * 8, length)),
  );
}

const ERRORS = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];

function error(inner: Arbitrary<unknown>): Arbitrary<Error> {
  const made = fc
    .tuple(fc.constantFrom(...ERRORS), text(), fc.option(inner, { nil: undefined }))
    .map(([Kind, message, cause]) => (cause === undefined ? new Kind(message) : new Kind(message, { cause })));
  return fc
    .tuple(made, fc.option(inner, { nil: undefined }))
    .map(([thrown, code]) => (code === undefined ? thrown : Object.assign(thrown, { code })));
}

function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  return define({}, entries);
}

function bareObjectOf(entries: readonly (readonly [string, unknown])[]): object {
  return define(Object.create(null) as object, entries);
}

/** Properties of its own whatever they are called: an assignment to `__proto__` would change the prototype. */
function define<T extends object>(object: T, entries: readonly (readonly [string, unknown])[]): T {
  for (const [name, value] of entries) {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return object;
}

function namedArrayOf([list, name, value]: readonly [unknown[], string, unknown]): unknown[] {
  return name === "length" ? list : define(list, [[name, value]]);
}

type Container = unknown[] | Map<unknown, unknown> | Set<unknown>;

function isContainer(value: object): value is Container {
  return Array.isArray(value) || value instanceof Map || value instanceof Set;
}

function put(container: Container, item: unknown): void {
  if (Array.isArray(container)) container.push(item);
  else if (container instanceof Map) container.set(`link ${container.size}`, item);
  else container.add(item);
}

function objectsOf(root: unknown): object[] {
  const seen = new Set<object>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Map) for (const item of [...value].flat()) visit(item);
    else if (value instanceof Set) for (const item of value) visit(item);
    else if (!ArrayBuffer.isView(value)) for (const name of Object.keys(value)) visit(Reflect.get(value, name));
  };
  visit(root);
  return [...seen];
}
