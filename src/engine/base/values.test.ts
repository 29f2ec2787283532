import fc from "fast-check";
import { expect, test } from "vitest";
import { clonable } from "../../../test/support/clonable.ts";
import { differences } from "../../../test/support/differences.ts";
import { copyOf, encode } from "../journal/value-store.ts";
import { inspect, MAX_VALUE_BYTES, UnserialisableResult } from "./values.ts";

class Point {
  x = 1;
}

const shared = { a: 1 };
const cycle: Record<string, unknown> = {};
cycle["self"] = cycle;
const sparse = [1, undefined, 3];
Reflect.deleteProperty(sparse, 1);

test.each<[string, unknown]>([
  ["null", null],
  ["text", "ünï\ud800"],
  ["number", 1.5],
  ["boolean", false],
  ["array", [1, [2, { a: "b" }]]],
  ["object", { a: 1, "b c": [null] }],
])("%s is kept as JSON", (_, value) => {
  expect(inspect(value).form).toBe("json");
  expect(copyOf(encode(value, "x"))).toEqual(value);
});

test.each<[string, unknown]>([
  ["NaN", Number.NaN],
  ["-0", -0],
  ["Infinity", { deep: [Number.POSITIVE_INFINITY] }],
  ["BigInt", 5n],
  ["an undefined property", { a: undefined }],
  ["Date", new Date(5)],
  ["RegExp", /x/gu],
  ["Map", new Map([["a", new Set([1])]])],
  ["typed array", new Uint8Array([1, 2])],
  ["ArrayBuffer", new ArrayBuffer(3)],
  ["Error", new TypeError("x")],
  ["a sparse array", sparse],
  ["sharing", [shared, shared]],
  ["a cycle", cycle],
  ["a DOMException", new DOMException("x", "AbortError")],
  ["an object without prototype", Object.assign(Object.create(null), { a: 1 })],
  ["a key that JSON.parse treats apart", JSON.parse('{"__proto__": 1}')],
  ["a toJSON property", { toJSON: 1 }],
])("%s is kept as a clone, and comes back as itself", (_, value) => {
  expect(inspect(value).form).toBe("clone");
  expect(copyOf(encode(value, "x"))).toEqual(structuredClone(value));
});

test("undefined is kept as nothing at all", () => {
  expect(copyOf(encode(undefined, "x"))).toBeUndefined();
});

test.each<[string, unknown]>([
  ["a function", () => 1],
  ["a function inside", { a: [() => 1] }],
  ["a function in a Map", new Map([[1, () => 1]])],
  ["a Response", new Response()],
])("%s cannot be kept at all", (_, value) => {
  expect(() => encode(value, "x")).toThrow(UnserialisableResult);
});

test.each<[string, unknown, string]>([
  ["a symbol", Symbol("x"), "Symbol(x)"],
  ["a symbol inside", { a: Symbol("x") }, "Symbol(x)"],
  ["a promise inside", { a: Promise.resolve(1) }, "#<Promise>"],
  ["a WeakMap", new WeakMap(), "#<WeakMap>"],
])("%s is refused as structured clone refuses it", (_, value, what) => {
  const refusal = { name: "DataCloneError", message: `${what} could not be cloned.` };
  expect(() => encode(value, "x")).toThrow(expect.objectContaining(refusal));
  expect(() => structuredClone(value)).toThrow(expect.objectContaining(refusal));
});

test("an instance of an application's class is refused as RPC refuses it", () => {
  expect(() => encode({ a: new Point() }, "x")).toThrow(
    expect.objectContaining({
      name: "DataCloneError",
      message: 'Could not serialize object of type "Point". This type does not support serialization.',
    }),
  );
});

/** Values whose size as a clone is so many bytes. */
const SIZED: readonly (readonly [what: string, make: (bytes: number) => unknown])[] = [
  ["text", (bytes) => "x".repeat(bytes)],
  ["text that JSON escapes", (bytes) => "\u0001".repeat(bytes)],
  ["text of two bytes a character", (bytes) => "€".repeat(Math.ceil(bytes / 2))],
  ["bytes", (bytes) => new Uint8Array(bytes)],
  ["a buffer", (bytes) => new ArrayBuffer(bytes)],
  ["a short view of a long buffer", (bytes) => new Uint8Array(bytes).subarray(0, 1)],
  ["a BigInt", (bytes) => 1n << BigInt((bytes - 9) * 8)],
];

test.each(SIZED)("1 MiB of %s is kept, and more is refused by name", (_, make) => {
  expect(() => encode(make(MAX_VALUE_BYTES + 2), "Step a-1 output")).toThrow(
    "Step a-1 output is too large. Maximum allowed size is 1MiB.",
  );
  const value = make(MAX_VALUE_BYTES);
  expect(differences(value, copyOf(encode(value, "x")))).toEqual([]);
});

test.each<[string, unknown]>([
  ["a list of texts", Array.from({ length: 12 }, (_, i) => String(i).repeat(100_000))],
  ["a Map of bytes", new Map(Array.from({ length: 12 }, (_, i) => [i, new Uint8Array(100_000)]))],
  ["many small properties", Object.fromEntries(Array.from({ length: 120_000 }, (_, i) => [`key ${i}`, i]))],
  ["an Error that knows much", Object.assign(new Error("x"), { response: "x".repeat(MAX_VALUE_BYTES) })],
  ["an Error with a large cause", new Error("x", { cause: "x".repeat(MAX_VALUE_BYTES) })],
])("more than 1 MiB in %s is refused", (_, value) => {
  expect(() => encode(value, "x")).toThrow("too large");
});

test("what JSON says at greater length is measured by what it is", () => {
  const numbers = Array.from({ length: 90_000 }, (_, i) => i / 7);
  expect(JSON.stringify(numbers).length).toBeGreaterThan(MAX_VALUE_BYTES);
  expect(copyOf(encode(numbers, "x"))).toEqual(numbers);
  const list = Array.from({ length: 200_000 }, () => 7);
  expect(copyOf(encode(list, "x"))).toEqual(list);
});

test("what becomes of a value after its step has returned it is not part of the result", () => {
  const map = new Map([["a", [1]]]);
  const encoded = encode(map, "x");
  map.get("a")?.push(2);
  map.set("b", []);
  expect(copyOf(encoded)).toEqual(new Map([["a", [1]]]));
});

test.each<[string, object]>([
  ["a cause", { cause: () => 1 }],
  ["a property", { retry: () => 1 }],
])("an Error with a function as %s is refused where it would be carried, else kept without", (_, facts) => {
  const error = Object.assign(new Error("x"), facts);
  const attempt = (keep: () => unknown): string => {
    try {
      return String(keep());
    } catch {
      return "refused";
    }
  };
  expect(attempt(() => encode(error, "x").clone)).toBe(attempt(() => structuredClone(error)));
});

test.each<[string, unknown]>([
  ["an array with a hole and a name", Object.assign([1, , 3], { name: 1 })], // oxlint-disable-line no-sparse-arrays
  ["an array with a name instead of its last element", Object.assign(Array.from({ length: 1 }), { name: 1 })],
  ["an object with a toJSON that nobody lists", Object.defineProperty({ a: 1 }, "toJSON", { value: () => "other" })],
])("%s comes back as structured clone has it", (_, value) => {
  expect(differences(structuredClone(value), copyOf(encode(value, "x")))).toEqual([]);
});

test("a value nested without end is refused, not a stack overflow", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 5000; i++) deep = [deep];
  expect(() => encode(deep, "x")).toThrow("nested more than");
});

test("a copy shares nothing with the value it was made from", () => {
  const value = { list: [1] };
  const copy = copyOf(encode(value, "x"));
  value.list.push(2);
  expect(copy).toEqual({ list: [1] });
});

test("everything that structured clone carries comes back equal", () => {
  fc.assert(
    fc.property(clonable(), (value) => {
      expect(differences(structuredClone(value), copyOf(encode(value, "x")))).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});
