import { expect, test } from "vitest";
import { waitAfter } from "./storage-check.ts";

test.each([
  [-1, 0],
  [0, 0],
  [1, 1000],
  [2, 2000],
  [4, 8000],
  [5, 10_000],
  [5000, 10_000],
])("after %i refused checks in a row the next one waits %i ms", (failures, ms) => {
  expect(waitAfter(failures)).toBe(ms);
});
