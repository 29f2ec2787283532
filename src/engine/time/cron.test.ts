import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastUpTo, nextAfter, parseCron } from "./cron.ts";

function next(text: string, after: string): string | null {
  const at = nextAfter(parseCron(text), Date.parse(after));
  return at === null ? null : new Date(at).toISOString().slice(0, 16);
}

describe("the next time that fits", () => {
  test.each([
    ["* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:01"],
    ["* * * * *", "2026-01-01T00:00:59.999Z", "2026-01-01T00:01"],
    ["*/15 * * * *", "2026-01-01T00:15:00Z", "2026-01-01T00:30"],
    ["7/20 * * * *", "2026-01-01T00:30:00Z", "2026-01-01T00:47"],
    ["0 9-17/4 * * *", "2026-01-01T09:00:00Z", "2026-01-01T13:00"],
    ["30 2 * * *", "2026-12-31T02:30:00Z", "2027-01-01T02:30"],
    ["0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T00:00"],
    ["0 0 31 * *", "2026-04-01T00:00:00Z", "2026-05-31T00:00"],
    ["0 0 1 JAN,jul *", "2026-01-01T00:00:00Z", "2026-07-01T00:00"],
    // Weekdays count from Sunday: 2 is Monday.
    ["0 0 * * 2", "2026-11-22T00:00:00Z", "2026-11-23T00:00"],
    ["0 0 * * 1-5", "2026-11-26T00:00:00Z", "2026-11-29T00:00"],
    ["0 0 * * MON-FRI", "2026-11-27T00:00:00Z", "2026-11-30T00:00"],
    // Either day field will do when both are restricted.
    ["0 0 15 * MON", "2026-11-10T00:00:00Z", "2026-11-15T00:00"],
    ["0 0 L * *", "2028-02-01T00:00:00Z", "2028-02-29T00:00"],
    ["0 0 L-2 * *", "2026-04-01T00:00:00Z", "2026-04-28T00:00"],
    // The last day of January 2026 is a Saturday.
    ["0 0 LW * *", "2026-01-02T00:00:00Z", "2026-01-30T00:00"],
    // The first of August 2026 is a Saturday: the nearest working day in that month is the third.
    ["0 0 1W * *", "2026-07-31T00:00:00Z", "2026-08-03T00:00"],
    ["0 0 15W * *", "2026-02-01T00:00:00Z", "2026-02-16T00:00"],
    ["0 0 31W 5 *", "2026-05-01T00:00:00Z", "2026-05-29T00:00"],
    ["0 0 * * L", "2026-11-22T00:00:00Z", "2026-11-28T00:00"],
    ["0 0 * * 6L", "2026-11-01T00:00:00Z", "2026-11-27T00:00"],
    ["0 0 * * MON#2", "2026-11-01T00:00:00Z", "2026-11-09T00:00"],
    ["0 0 * * 1#5", "2026-11-01T00:00:01Z", "2026-11-29T00:00"],
  ])("%s after %s is %s", (text, after, expected) => {
    expect(next(text, after)).toBe(expected);
  });
});

test.each([
  ["* * * *", /five fields/],
  ["* * * * * *", /five fields/],
  ["", /five fields/],
  ["60 * * * *", /minute: 60 is not from 0 to 59/],
  ["* 24 * * *", /hour/],
  ["* * 0 * *", /day of the month: 0/],
  ["* * * 13 *", /month: 13/],
  ["* * * * 0", /day of the week: 0 is not from 1 to 7/],
  ["* * * * 8", /day of the week: 8/],
  ["*/0 * * * *", /step/],
  ["*/60 * * * *", /step/],
  ["5-1 * * * *", /backwards/],
  ["1,* * * * *", /list/],
  ["a * * * *", /"a" is not a value/],
  ["1.5 * * * *", /not a value/],
  ["-1 * * * *", /not a value/],
  ["1/2/3 * * * *", /more than one/],
  ["1-2-3 * * * *", /not a range/],
  ["0 0 30 2 *", /no day of any year/],
  ["0 0 * * MON#6", /not a value/],
  ["0 0 L-31 * *", /before every month/],
  [`${"0,".repeat(200)}0 * * * *`, /longer than 256/],
])("%j is refused", (text, fault) => {
  expect(() => parseCron(text)).toThrow(fault);
});

test("the last time up to a moment is the one after which the next lies beyond it", () => {
  const field = (min: number, max: number): fc.Arbitrary<string> =>
    fc.oneof(
      fc.constant("*"),
      fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 }).map((all) => all.join(",")),
      fc.integer({ min: 2, max: max - min }).map((step) => `*/${step}`),
    );
  const expression = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(1, 7))
    .map((fields) => fields.join(" "));
  const moment = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2040, 0, 1) });
  fc.assert(
    fc.property(expression, moment, fc.integer({ min: 0, max: 40 * 86_400_000 }), (text, from, length) => {
      const cron = parseCron(text);
      const until = from + length;
      const last = lastUpTo(cron, until, from);
      const first = nextAfter(cron, from - 1) ?? Number.NaN;
      // It is a time that fits: going on from just before it leads to it.
      const isLast = (at: number): boolean =>
        nextAfter(cron, at - 1) === at && first <= at && at <= until && (nextAfter(cron, at) ?? Number.NaN) > until;
      expect(last === null ? first > until : isLast(last)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
