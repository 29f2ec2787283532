import fc from "fast-check";
import { expect, test } from "vitest";
import { applyDelta } from "../apply-delta.ts";
import { currentRunFields, initialWorkflowState } from "../current-run.ts";
import type { RunView, WorkflowState } from "../protocol.ts";
import { differenceOf } from "./difference.ts";

/** A run as far as its view can differ. `all` are its results, of which the view keeps the newest. */
interface Shape {
  number: number;
  status: RunView["status"];
  step: string | null;
  progress: number;
  all: number;
  kept: number;
  startedAt: number;
  waits: number;
  details: object;
}

function viewOf({ number, status, step, progress, all, kept, startedAt, waits, details }: Shape): RunView {
  const results = Array.from({ length: all }, (_, n) => `${startedAt}-${n}`).slice(Math.max(0, all - kept));
  return {
    id: `run-${number}`,
    number,
    workflow: "WORK",
    status,
    step,
    progress,
    results,
    totalResults: all,
    error: status === "error" ? "broken" : null,
    waitingFor: Array.from({ length: waits }, (_, n) => ({ step: `w${n}`, event: "e", since: 1, until: null })),
    startedAt,
    updatedAt: progress,
    endedAt: null,
    details,
  };
}

const KEPT = 3;
const shape = (number: number): fc.Arbitrary<Shape> =>
  fc.record({
    number: fc.constant(number),
    status: fc.constantFrom("running", "paused", "complete", "error", "cancelled"),
    step: fc.constantFrom(null, "a", "b"),
    progress: fc.integer({ min: 0, max: 100 }),
    all: fc.integer({ min: 0, max: 6 }),
    kept: fc.constant(KEPT),
    startedAt: fc.constantFrom(1000, 2000),
    waits: fc.integer({ min: 0, max: 2 }),
    details: fc.constantFrom({ rows: 1 }, { rows: 2 }),
  });

const views = fc
  .tuple(...[1, 2, 3, 4].map((number) => fc.option(shape(number), { nil: undefined })))
  .map((shapes) => shapes.filter((each) => each !== undefined).map(viewOf));

function stateOf(runs: RunView[], current: string | null): WorkflowState {
  const newestFirst = runs.toSorted((a, b) => b.number - a.number);
  const shown = newestFirst.find(({ id }) => id === current);
  return { ...initialWorkflowState, ...currentRunFields(shown), runs: newestFirst, totalRuns: runs.length };
}

const byId = (runs: RunView[]): Map<string, RunView> => new Map(runs.map((run) => [run.id, run]));

test("what is different, applied to what was, makes what is; applied twice, too", () => {
  fc.assert(
    fc.property(views, views, fc.constantFrom(null, "run-1", "run-2"), (before, after, current) => {
      const difference = differenceOf(byId(before), byId(after));
      const delta = { type: "state_delta", current, totalRuns: after.length, ...difference } as const;
      const once = applyDelta(stateOf(before, null), delta);
      expect(once).toEqual(stateOf(after, current));
      expect(applyDelta(once, delta)).toEqual(once);
    }),
    { numRuns: 1000 },
  );
});

test("it is right for a client that has come in between, whose state has part of it already", () => {
  fc.assert(
    fc.property(shape(1), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }), (first, more, evenMore) => {
      const [before, between, after] = [
        first,
        { ...first, all: first.all + more },
        { ...first, all: first.all + more + evenMore, progress: 7 },
      ];
      const difference = differenceOf(byId([viewOf(before)]), byId([viewOf(after)]));
      const delta = { type: "state_delta", current: null, totalRuns: 1, ...difference } as const;
      expect(applyDelta(stateOf([viewOf(between)], null), delta)).toEqual(stateOf([viewOf(after)], null));
    }),
  );
});

test("the same views are no difference; a change of progress is nothing but that", () => {
  const run = viewOf({
    number: 1,
    status: "running",
    step: "a",
    progress: 5,
    all: 6,
    kept: 6,
    startedAt: 1000,
    waits: 1,
    details: { rows: 1 },
  });
  expect(differenceOf(byId([run]), byId([run]))).toBeUndefined();
  expect(differenceOf(byId([run]), byId([{ ...run, progress: 6, updatedAt: 6 }]))).toEqual({
    changed: [{ id: "run-1", progress: 6, updatedAt: 6 }],
  });
});
