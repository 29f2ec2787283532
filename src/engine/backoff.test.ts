import { expect, test } from "vitest";
import { type Backoff, retryDelayMs } from "./backoff.ts";

test.each<[Backoff, number[]]>([
  ["constant", [20, 20, 20, 20]],
  ["linear", [20, 40, 60, 80]],
  ["exponential", [20, 40, 80, 160]],
])("%s back-off of 20 ms after one to four failures", (backoff, delays) => {
  expect([1, 2, 3, 4].map((failures) => retryDelayMs(backoff, 20, failures, 1e12))).toEqual(delays);
});

test("no delay is longer than the longest wait", () => {
  expect(retryDelayMs("exponential", 1000, 10_000, 365 * 86_400_000)).toBe(365 * 86_400_000);
});
