import { expect, test } from "vitest";
import { differences } from "./differences.ts";

const shared = { a: 1 };
const circle: unknown[] = [];
circle.push(circle);
const other: unknown[] = [[]];

const UNEQUAL: readonly (readonly [what: string, left: unknown, right: unknown])[] = [
  ["zero and minus zero", 0, -0],
  ["undefined and null", undefined, null],
  ["a number and a boxed one", 1, Object(1)],
  ["boxed texts", Object("a"), Object("b")],
  ["a hole and undefined", [, 1], [undefined, 1]], // oxlint-disable-line no-sparse-arrays
  ["lengths of sparse arrays", Object.assign([], { length: 2 }), Object.assign([], { length: 3 })],
  ["a property that is undefined and none", { a: undefined }, {}],
  ["the order of keys", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["an object without a prototype and one with", Object.create(null), {}],
  ["dates", new Date(1), new Date(2)],
  ["a date and an invalid one", new Date(1), new Date(Number.NaN)],
  ["flags of expressions", /a/g, /a/i],
  ["entries of maps", new Map([[1, 2]]), new Map([[1, 3]])],
  ["the order of a set", new Set([1, 2]), new Set([2, 1])],
  ["kinds of views", new Uint8Array(1), new Int8Array(1)],
  ["a view and its buffer", new Uint8Array(1), new ArrayBuffer(1)],
  ["buffers of views", new Uint8Array(new ArrayBuffer(8), 0, 1), new Uint8Array(1)],
  ["bytes", new Uint8Array([1]), new Uint8Array([2])],
  ["kinds of errors", new TypeError("a"), new Error("a")],
  ["messages of errors", new Error("a"), new Error("b")],
  ["causes of errors", new Error("a", { cause: 1 }), new Error("a")],
  ["properties of errors", Object.assign(new Error("a"), { code: 1 }), new Error("a")],
  ["one object twice and two", [shared, shared], [{ a: 1 }, { a: 1 }]],
  ["two objects and one twice", [{ a: 1 }, { a: 1 }], [shared, shared]],
  ["a circle and none", circle, other],
  ["a property called __proto__ and a prototype", JSON.parse('{"__proto__": {"a": 1}}'), { ["__proto__x"]: { a: 1 } }],
];

test.each(UNEQUAL)("%s differ", (_, left, right) => {
  expect(differences(left, right)).not.toEqual([]);
  expect(differences(right, left)).not.toEqual([]);
});

test.each(UNEQUAL)("of %s each is its own copy", (_, left, right) => {
  expect(differences(left, left)).toEqual([]);
  expect(differences(right, right)).toEqual([]);
});
