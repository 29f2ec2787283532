import { expect, test } from "vitest";
import { failuresAfterExit, restartDelayMs } from "./backoff.ts";

test.each([
  [1, 250],
  [2, 500],
  [3, 1000],
  [6, 8000],
  [7, 10_000],
  [5000, 10_000],
])("after %i failures in a row the next start waits %i ms", (failures, delayMs) => {
  expect(restartDelayMs(failures)).toBe(delayMs);
});

test("a process that ended early adds to the failures, one that stayed up for a minute begins anew", () => {
  expect(failuresAfterExit(3, 59_999)).toBe(4);
  expect(failuresAfterExit(3, 60_000)).toBe(1);
});
