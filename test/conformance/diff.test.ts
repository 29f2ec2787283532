import { describe, expect, test } from "vitest";
import { compareOutcomes, countValues, diff } from "./diff.ts";
import type { Outcome } from "./hosts/client.ts";

const outcome = (given: Partial<Outcome>): Outcome => ({ result: null, trace: [], history: null, ...given });

describe("diff", () => {
  test("equal values have none, whatever the order of their keys", () => {
    expect(diff({ a: [1, { b: null }], c: "x" }, { c: "x", a: [1, { b: null }] }, "result")).toEqual([]);
  });

  test("names the place", () => {
    expect(diff({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, "result")).toEqual([
      { path: "result.a[1].b", left: 2, right: 3 },
    ]);
  });

  test("a key that is not there is not a key that is null", () => {
    expect(diff({ a: null }, {}, "result")).toEqual([{ path: "result.a", left: null, right: "(absent)" }]);
  });

  test("lists of different length, and values of different kinds, differ as wholes", () => {
    expect(diff([1], [1, 2], "result")).toEqual([{ path: "result", left: [1], right: [1, 2] }]);
    expect(diff({ a: 1 }, [1], "result")).toEqual([{ path: "result", left: { a: 1 }, right: [1] }]);
  });
});

describe("compareOutcomes", () => {
  test("the order of a trace counts", () => {
    expect(compareOutcomes(outcome({ trace: ["a", "b"] }), outcome({ trace: ["b", "a"] }))).toEqual([
      { path: "trace", left: ["a", "b"], right: ["b", "a"] },
    ]);
  });

  test("a history counts where both have one", () => {
    const long = outcome({ history: ["a", "b"] });
    expect(compareOutcomes(long, outcome({ history: ["a"] }))).toHaveLength(1);
    expect(compareOutcomes(long, outcome({ history: null }))).toEqual([]);
  });
});

test("countValues counts single values", () => {
  expect(countValues(outcome({ result: { a: [1, 2], b: {} }, trace: ["a"], history: ["b", "c"] }))).toBe(5);
});
