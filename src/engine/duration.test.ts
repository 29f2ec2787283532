import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDuration } from "./duration.ts";

test.each<[unknown, number]>([
  [5000, 5000],
  ["5000", 5000],
  ["60", 60],
  ["5 seconds", 5000],
  ["1 second", 1000],
  ["1 seconds", 1000],
  ["5  minutes", 300_000],
  ["1.5 hours", 5_400_000],
  ["1e3 seconds", 1_000_000],
  ["1 day", 86_400_000],
  ["1 week", 604_800_000],
  ["1 month", 2_592_000_000],
  ["1 year", 31_557_600_000],
  ["-5 minutes", -300_000],
  [-3, -3],
  [0, 0],
])("%j is %d ms", (given, ms) => {
  expect(parseDuration(given)).toBe(ms);
});

test.each([
  "",
  null,
  undefined,
  "5s",
  "5 minutes ",
  " 5 minutes",
  "soon",
  "1 hour 30 minutes",
  "5 sec",
  "5 s",
  "5 m",
  "5 ms",
  "5 Minutes",
  "5 parsecs",
  "ss",
  "5 ",
  "5 s s",
  Number.NaN,
  Number.POSITIVE_INFINITY,
  "1e999 years",
  {},
  [5],
  true,
])("%j is refused rather than taken for milliseconds", (given) => {
  expect(parseDuration(given)).toBeUndefined();
});

test("every amount of every unit is linear in the amount", () => {
  const units = ["second", "minute", "hour", "day", "week", "month", "year"];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(...units), (amount, unit) => {
      const one = parseDuration(`1 ${unit}`) ?? Number.NaN;
      expect(parseDuration(`${amount} ${unit}s`)).toBe(amount * one);
    }),
  );
});

test("no text makes it throw", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(["number", "undefined"]).toContain(typeof parseDuration(text));
    }),
  );
});
