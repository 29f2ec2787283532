import fc from "fast-check";
import { expect, test } from "vitest";
import { type Backoff, retryDelayMs } from "./backoff.ts";
import { MAX_WAIT_MS } from "../time/duration.ts";

test.each<[Backoff, number[]]>([
  ["constant", [20, 20, 20, 20]],
  ["linear", [20, 40, 60, 80]],
  ["exponential", [20, 40, 80, 160]],
])("%s back-off of 20 ms after one to four failures", (backoff, delays) => {
  expect([1, 2, 3, 4].map((failures) => retryDelayMs(backoff, 20, failures, 1e12))).toEqual(delays);
});

test("no delay is longer than the longest wait", () => {
  expect(retryDelayMs("exponential", 1000, 10_000, MAX_WAIT_MS)).toBe(MAX_WAIT_MS);
});

/** The delays one after the other, each made from the one before it. */
function* naive(backoff: Backoff, delayMs: number, maxMs: number): Generator<number> {
  for (let delay = delayMs; ;) {
    yield Math.min(delay, maxMs);
    if (backoff === "linear") delay += delayMs;
    else if (backoff === "exponential") delay = Math.min(delay * 2, maxMs);
  }
}

const backoffs = fc.constantFrom<Backoff>("constant", "linear", "exponential");
/** As a config may say it, or a delay function answer: any finite number that is not negative. */
const delays = fc.oneof(fc.constantFrom(0, 1, MAX_WAIT_MS), fc.nat(100_000), fc.double({ min: 0, noNaN: true }));
const limits = fc.constantFrom(1, 2, 40, 1030, 10_000);

test("every delay up to the last allowed retry is the one before it with the same, or twice as much, on top", () => {
  fc.assert(
    fc.property(backoffs, fc.nat(1_000_000), limits, (backoff, delayMs, limit) => {
      const expected = naive(backoff, delayMs, MAX_WAIT_MS);
      const delays = Array.from({ length: limit }, (_, i) => retryDelayMs(backoff, delayMs, i + 1, MAX_WAIT_MS));
      expect(delays.find((delay) => delay !== expected.next().value)).toBeUndefined();
    }),
  );
});

test("delays never become shorter, and are always a time from none at all to the longest wait", () => {
  fc.assert(
    fc.property(backoffs, delays, fc.integer({ min: 1, max: 10_000 }), (backoff, delayMs, failures) => {
      const delay = retryDelayMs(backoff, delayMs, failures, MAX_WAIT_MS);
      const next = retryDelayMs(backoff, delayMs, failures + 1, MAX_WAIT_MS);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(next).toBeGreaterThanOrEqual(delay);
      expect(next).toBeLessThanOrEqual(MAX_WAIT_MS);
    }),
    { numRuns: 1000 },
  );
});
