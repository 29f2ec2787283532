import fc from "fast-check";
import { expect, test } from "vitest";
import type { ResultsPage, RunView } from "../../agent/protocol.ts";
import { runView } from "./run-view.test-support.ts";
import { extendRange, joinPage, newestRange, type ResultsRange } from "./results-range.ts";

/** A run that has so many results, of which it shows the newest. */
function runWith(total: number, shown: number, more: Partial<RunView> = {}): RunView {
  return runView(1, { results: places(Math.max(0, total - shown), total), totalResults: total, ...more });
}

function page(from: number, to: number): ResultsPage {
  return { instanceId: "run-1", from, results: places(from, to), total: to };
}

/** Each result is its own place. */
function places(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, n) => from + n);
}

test("a range begins with what the run shows", () => {
  expect(newestRange(runWith(10, 3))).toEqual({ from: 7, items: [7, 8, 9], startedAt: 1000 });
});

test("new results are added at the end, those that the run shows no longer included", () => {
  const { range } = extendRange({ from: 2, items: [2, 3, 4], startedAt: 1000 }, runWith(7, 3));
  expect(range).toMatchObject({ from: 2, items: [2, 3, 4, 5, 6] });
});

test("more new results than the run shows are missing, and the range keeps no hole", () => {
  const before = { from: 2, items: [2, 3, 4], startedAt: 1000 };
  expect(extendRange(before, runWith(20, 3))).toEqual({ range: before, missing: 12 });
});

test("a run that has begun anew has other results", () => {
  const before = { from: 0, items: [0, 1, 2], startedAt: 1000 };
  expect(extendRange(before, runWith(1, 5, { startedAt: 2000 })).range).toMatchObject({ from: 0, items: [0] });
  expect(extendRange(before, runWith(1, 5)).range).toMatchObject({ from: 0, items: [0] });
});

test("pages are added before and after, and one that would leave a hole is not", () => {
  const range = { from: 5, items: [5, 6], startedAt: 1000 };
  expect(joinPage(range, page(2, 5))).toMatchObject({ from: 2, items: places(2, 7) });
  expect(joinPage(range, page(2, 9))).toMatchObject({ from: 2 });
  expect(joinPage(range, page(6, 9))).toMatchObject({ from: 5, items: places(5, 9) });
  expect(joinPage(range, page(1, 4))).toBe(range);
  expect(joinPage(range, page(9, 10))).toBe(range);
});

test("whatever comes in whatever order, a range has the run's own results, without a hole", () => {
  const event = fc.oneof(
    fc.record({ grows: fc.nat(30) }),
    fc.record({ from: fc.nat(120), length: fc.integer({ min: 1, max: 40 }) }),
  );
  fc.assert(
    fc.property(
      fc.nat(40),
      fc.integer({ min: 0, max: 10 }),
      fc.array(event, { maxLength: 40 }),
      (first, shown, events) => {
        let total = first;
        let range: ResultsRange = newestRange(runWith(total, shown));
        for (const step of events) {
          let lacks: number | undefined;
          if ("grows" in step) {
            total += step.grows;
            const { range: extended, missing } = extendRange(range, runWith(total, shown));
            range = extended;
            lacks = missing;
          } else {
            range = joinPage(range, page(Math.min(step.from, total), Math.min(step.from + step.length, total)));
          }
          // What is said to be missing is what lies between.
          const between = Math.max(0, total - shown - range.from - range.items.length);
          expect(lacks ?? between).toBe(between);
          expect(range.items).toEqual(places(range.from, range.from + range.items.length));
        }
      },
    ),
  );
});
