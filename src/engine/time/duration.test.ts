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

const UNITS = ["second", "minute", "hour", "day", "week", "month", "year"];

const unitWord = fc.tuple(fc.constantFrom(...UNITS), fc.constantFrom("", "s")).map(([unit, plural]) => unit + plural);

/** An amount as one may write it, and the number that it is. */
const amount = fc
  .oneof(
    fc.integer({ min: -1_000_000, max: 1_000_000 }).map(String),
    fc.tuple(fc.nat(9999), fc.nat(9999)).map(([whole, part]) => `${whole}.${part}`),
    fc.nat(9999).map((part) => `-.${part}`),
    fc.tuple(fc.nat(99), fc.constantFrom("", "+", "-"), fc.nat(9)).map(([n, sign, power]) => `${n}e${sign}${power}`),
  )
  .map((text) => ({ text, value: Number(text) }));

test("an amount of a unit is so many of it, however it is written and spaced", () => {
  fc.assert(
    fc.property(amount, fc.integer({ min: 1, max: 5 }), unitWord, ({ text, value }, spaces, unit) => {
      const one = parseDuration(`1 ${unit}`) ?? Number.NaN;
      expect(parseDuration(`${text}${" ".repeat(spaces)}${unit}`)).toBe(value * one);
    }),
  );
});

test("units are made of each other as Cloudflare has them", () => {
  const of = (text: string): number => parseDuration(text) ?? Number.NaN;
  fc.assert(
    fc.property(fc.integer({ min: -1000, max: 1000 }), (n) => {
      expect(of(`${n} minutes`)).toBe(of(`${60 * n} seconds`));
      expect(of(`${n} hours`)).toBe(of(`${60 * n} minutes`));
      expect(of(`${n} days`)).toBe(of(`${24 * n} hours`));
      expect(of(`${n} weeks`)).toBe(of(`${7 * n} days`));
      expect(of(`${n} months`)).toBe(of(`${30 * n} days`));
      expect(of(`${4 * n} years`)).toBe(of(`${1461 * n} days`));
    }),
  );
});

test("a number is itself, and so is its text", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (ms) => {
      expect(parseDuration(ms)).toBe(ms);
      expect(parseDuration(String(ms))).toBe(Object.is(ms, -0) ? 0 : ms);
    }),
  );
});

/** Words that are no unit, or a unit that is not written like one. */
const noUnit = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.stringMatching(/^[a-z]{1,12}$/),
  fc.constantFrom(
    "sec",
    "min",
    "hr",
    "ms",
    "millisecond",
    "m",
    "h",
    "d",
    "y",
    "constructor",
    "constructors",
    "secondss",
  ),
  fc.constantFrom(...UNITS).map((unit) => unit.toUpperCase()),
  fc.constantFrom(...UNITS).map((unit) => `${unit[0]?.toUpperCase() ?? ""}${unit.slice(1)}s`),
  fc.constantFrom(...UNITS).map((unit) => `${unit}s `),
  fc.constantFrom(...UNITS).map((unit) => `\u00a0${unit}s`),
);

test("any other unit is refused: it is never taken for milliseconds", () => {
  const units = new Set(UNITS.flatMap((unit) => [unit, `${unit}s`]));
  fc.assert(
    fc.property(amount, noUnit, ({ text }, word) => {
      fc.pre(!units.has(word.replace(/^ +/, "")));
      expect(parseDuration(`${text} ${word}`)).toBeUndefined();
    }),
    { numRuns: 1000 },
  );
});

test("what stands before or behind a duration makes it none", () => {
  const space = fc.constantFrom(" ", "\t", "\n", "\u00a0", "+", "a", "-", ",");
  fc.assert(
    fc.property(amount, unitWord, space, ({ text }, unit, other) => {
      expect(parseDuration(`${text} ${unit}${other}`)).toBeUndefined();
      // A minus sign in front makes another amount of one that has none.
      const before = other === "-" && !text.startsWith("-") ? "--" : other;
      expect(parseDuration(`${before}${text} ${unit}`)).toBeUndefined();
      expect(parseDuration(`${text}\t${unit}`)).toBeUndefined();
      expect(parseDuration(`${text} ${unit} ${text} ${unit}`)).toBeUndefined();
    }),
  );
});

test("nothing but numbers and texts is a duration, and nothing makes it throw", () => {
  fc.assert(
    fc.property(fc.anything(), (given) => {
      const ms = parseDuration(given);
      expect(ms === undefined || (Number.isFinite(ms) && ["number", "string"].includes(typeof given))).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
