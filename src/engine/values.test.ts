import fc from "fast-check";
import { expect, test } from "vitest";
import { UnserialisableResult } from "./values.ts";
import { copyOf, encode } from "./value-store.ts";
import { inspect } from "./values.ts";

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

test.each<[string, unknown]>([
  ["text", "x".repeat(1024 * 1024)],
  ["text of wide characters", "€".repeat(400_000)],
  ["bytes", new Uint8Array(1024 * 1024 + 1)],
])("more than 1 MiB of %s is refused by name", (_, value) => {
  expect(() => encode(value, "Step a-1 output")).toThrow("Step a-1 output is too large. Maximum allowed size is 1MiB.");
});

test("half a MiB passes, and so does a long list of small numbers", () => {
  expect(copyOf(encode("x".repeat(512 * 1024), "x"))).toHaveLength(512 * 1024);
  expect(
    copyOf(
      encode(
        Array.from({ length: 200_000 }, () => 7),
        "x",
      ),
    ),
  ).toHaveLength(200_000);
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
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
  });
  fc.assert(
    fc.property(anything, (value) => {
      expect(copyOf(encode(value, "x"))).toEqual(structuredClone(value));
    }),
  );
});
