import { expect, test } from "vitest";
import { intervals, median, percentile } from "./statistics.ts";

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[7], 7],
])("the median of %j is %d", (values, expected) => {
  expect(median(values)).toBe(expected);
});

test.each([
  [0.5, 50],
  [0.99, 99],
  [1, 100],
])("of 1…100, a share of %d lies at or below %d", (share, expected) => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(percentile(values, share)).toBe(expected);
});

test("nothing has neither", () => {
  expect(median([])).toBeNaN();
  expect(percentile([], 0.5)).toBeNaN();
});

test("intervals are between neighbours", () => {
  expect(intervals([1, 3, 7])).toEqual([2, 4]);
});
