import fc from "fast-check";
import { expect, test } from "vitest";
import type { HistorySkip } from "../protocol.ts";
import { KIND, STATE, type StepRow } from "../journal/steps-table.ts";
import { type Entry, ofAttempt, ofStep } from "./history-entries.ts";
import { historyAfter, type HistorySource } from "./history-order.ts";
import type { FailedAttempt } from "./step-rows.ts";

/** A step as a plan: when it starts after the one before, how long its failed attempts and the last one take. */
interface Plan {
  kind: number;
  afterTicks: number;
  failedTicks: number[];
  ticks: number;
  isOpen: boolean;
}

interface Step {
  row: StepRow;
  failed: FailedAttempt[];
}

/** Marks are handed out in pairs, as the engine does, so that no two of them are alike. */
function stepsOf(plans: readonly Plan[]): Step[] {
  let clock = 1000;
  return plans.map(({ kind, afterTicks, failedTicks, ticks, isOpen }, index) => {
    const unique = index * 50;
    clock += (afterTicks + 1) * 100_000;
    const started = clock + unique;
    let mark = started + 1;
    const failed = (kind === KIND.do ? failedTicks : []).map((taken, i): FailedAttempt => {
      const attemptStarted = mark;
      mark += (taken + 1) * 100_000 + 2;
      return {
        attempt: i + 1,
        started: attemptStarted,
        ended: mark - 2,
        delay_ms: 1,
        error: '{"name":"E","message":""}',
      };
    });
    const attemptStarted = mark;
    const ended = isOpen ? null : mark + (ticks + 1) * 100_000 + 2;
    const row: StepRow = {
      step: index + 1,
      kind,
      name: "s",
      count: index + 1,
      place: null,
      state: isOpen ? STATE.pending : STATE.completed,
      attempts: failed.length + 1,
      failures: failed.length,
      started,
      attempt_started: failed.length === 0 ? null : attemptStarted,
      ended,
      due_at: null,
      held_ms: null,
      wait_ms: null,
      event_type: null,
      form: 0,
      value: null,
      error: null,
      config: null,
      rollback: null,
    };
    return { row, failed };
  });
}

class FakeSource implements HistorySource {
  readonly #steps: readonly Step[];
  readonly #whole: readonly Entry[];
  read = 0;

  constructor(steps: readonly Step[], whole: readonly Entry[] = []) {
    this.#steps = steps;
    this.#whole = whole;
  }

  ofWhole(after: number, limit: number): Entry[] {
    return this.#whole.filter(({ mark }) => mark > after).slice(0, limit);
  }

  *steps(after: number): Generator<StepRow> {
    for (const { row } of this.#steps.slice(after)) {
      this.read++;
      yield row;
    }
  }

  step(place: number): StepRow | undefined {
    this.read++;
    return this.#steps[place - 1]?.row;
  }

  placeOf({ step }: StepRow): number {
    return step;
  }

  isAtWork({ state }: StepRow): boolean {
    return state === STATE.pending;
  }

  attempts({ step }: StepRow, from: number, limit: number): FailedAttempt[] {
    const found = this.#steps[step - 1]?.failed.filter(({ attempt }) => attempt >= from).slice(0, limit) ?? [];
    this.read += found.length;
    return found;
  }
}

/** The history as it is by definition: everything, sorted. */
function wholeHistory(steps: readonly Step[], whole: readonly Entry[]): Entry[] {
  const entries = steps.flatMap(({ row, failed }) => [
    ...ofStep(row, row.state === STATE.pending),
    ...failed.flatMap((attempt) => [...ofAttempt(row, attempt)]),
  ]);
  return [...whole, ...entries].toSorted((a, b) => a.mark - b.mark);
}

function readInPages(source: HistorySource, limit: number, keepsSkip = true): { entries: Entry[]; pages: number } {
  const entries: Entry[] = [];
  let after = 0;
  let skip: HistorySkip | undefined;
  for (let pages = 1; ; pages++) {
    const part = historyAfter(source, after, limit, skip);
    if (part.entries.length === 0) return { entries, pages };
    entries.push(...part.entries);
    after = part.entries.at(-1)?.mark ?? after;
    skip = keepsSkip ? part.skipAfter(after) : undefined;
  }
}

const plan: fc.Arbitrary<Plan> = fc.record({
  kind: fc.constantFrom(KIND.do, KIND.do, KIND.sleep, KIND.waitForEvent),
  afterTicks: fc.nat(3),
  failedTicks: fc.oneof(
    { weight: 5, arbitrary: fc.array(fc.nat(5), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(fc.nat(2), { minLength: 21, maxLength: 40 }) },
  ),
  ticks: fc.nat(40),
  isOpen: fc.boolean(),
});

test("in pages of any size, with steps that overlap and fail, a history is all of it in order, each once", () => {
  fc.assert(
    fc.property(
      fc.array(plan, { maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 20_000_000 }), { maxLength: 10 }),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      (plans, marks, limit, keepsSkip) => {
        const steps = stepsOf(plans);
        const whole = marks
          .toSorted((a, b) => a - b)
          .map((mark, i): Entry => ({ mark: mark + i / 100, type: "workflow_paused", facts: {} }));
        const { entries } = readInPages(new FakeSource(steps, whole), limit, keepsSkip);
        expect(entries.map(({ mark, type }) => [mark, type])).toEqual(
          wholeHistory(steps, whole).map(({ mark, type }) => [mark, type]),
        );
      },
    ),
    { numRuns: 500 },
  );
});

const quick: Plan = { kind: KIND.do, afterTicks: 1, failedTicks: [], ticks: 0, isOpen: false };

test.each([
  ["one after the other", Array.from({ length: 10_000 }, () => quick)],
  ["beside one that goes on all the while", [{ ...quick, isOpen: true }, ...Array.from({ length: 9999 }, () => quick)]],
  ["fifty at a time", Array.from({ length: 10_000 }, () => ({ ...quick, ticks: 100 }))],
])("reading 10,000 steps %s costs in proportion to them", (_, plans) => {
  const steps = stepsOf(plans);
  const source = new FakeSource(steps);
  const { entries } = readInPages(source, 500);
  expect(entries).toHaveLength(wholeHistory(steps, []).length);
  expect(source.read).toBeLessThan(3 * 10_000);
});

test("reading a thousand steps with fifty failed attempts each, one after the other, costs in proportion to all of them", () => {
  const steps = stepsOf(
    Array.from({ length: 1000 }, () => ({
      ...quick,
      afterTicks: 60,
      failedTicks: Array.from({ length: 50 }, () => 0),
    })),
  );
  const source = new FakeSource(steps);
  const { entries } = readInPages(source, 500);
  expect(entries).toHaveLength(wholeHistory(steps, []).length);
  expect(source.read).toBeLessThan(3 * 51_000);
});

test("reading a step with 10,000 failed attempts costs in proportion to them", () => {
  const steps = stepsOf([{ ...quick, failedTicks: Array.from({ length: 10_000 }, () => 0) }]);
  const source = new FakeSource(steps);
  const { entries } = readInPages(source, 500);
  expect(entries).toHaveLength(20_000 + 4);
  expect(source.read).toBeLessThan(3 * 10_000);
});

test("steps that a restart has put in the place of others are not skipped", () => {
  const steps = stepsOf(Array.from({ length: 20 }, () => quick));
  const part = historyAfter(new FakeSource(steps), 0, 60);
  const told = part.entries.at(-1)?.mark ?? 0;
  const skip = part.skipAfter(told);
  expect(skip.settled).toBeGreaterThan(10);
  const restarted = stepsOf([...Array.from({ length: 4 }, () => quick), ...Array.from({ length: 16 }, () => quick)]);
  for (const { row } of restarted.slice(4)) {
    row.started += 1e9;
    row.ended = row.started + 10;
  }
  const next = historyAfter(new FakeSource(restarted), told, 1000, skip);
  expect(next.entries).toHaveLength(16 * 4);
});
