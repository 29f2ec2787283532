import fc from "fast-check";
import { expect, test } from "vitest";
import { Execution, type ExecutionHost } from "./execution.ts";
import { callInside, pathOf } from "../steps/inside.ts";
import { Marks } from "../journal/marks.ts";
import type { WorkflowDefinition } from "../registry.ts";
import { STEPS_PER_RUN } from "../journal/schema.ts";
import { firstKey, KIND, STATE, type StepRow } from "../journal/steps-table.ts";
import { FORM } from "../journal/value-store.ts";

const RUN = 7;

/** What identity needs of a shard is its clock alone. */
function executionOf(recorded: readonly StepRow[]): Execution {
  const host = { marks: new Marks() } as unknown as ExecutionHost;
  return new Execution(host, {} as WorkflowDefinition, RUN, "id", 0, recorded);
}

interface Call {
  kind: number;
  name: string;
}

/** What code calls, in the order in which it calls: few names, so that many are equal, of all kinds. */
const program = fc.array(
  fc.record({
    kind: fc.constantFrom(...Object.values(KIND)),
    // Names that look like another one with its kind or its count in front or behind.
    name: fc.constantFrom("a", "a 1", "1 a", "a-1", "0 a", "", " "),
  }),
  { maxLength: 40 },
);

/** Calls a program; each call with its row, whether the journal knew it or not. */
function call(execution: Execution, calls: readonly Call[]): { row: StepRow; isKnown: boolean }[] {
  return calls.map(({ kind, name }) => {
    const { use, row } = execution.recall(kind, name);
    return row === undefined ? { row: execution.open(use).row, isKnown: false } : { row, isKnown: true };
  });
}

const identityOf = ({ kind, name, count }: StepRow): string => JSON.stringify([kind, name, count]);

test("E6: identity is kind, name and the nth use of that name, in the order of the calls", () => {
  fc.assert(
    fc.property(program, (calls) => {
      const identities = call(executionOf([]), calls).map(({ row }) => identityOf(row));
      const expected = calls.map(({ kind, name }, i) => {
        const before = calls.slice(0, i).filter((other) => other.kind === kind && other.name === name);
        return JSON.stringify([kind, name, before.length + 1]);
      });
      expect(identities).toEqual(expected);
    }),
  );
});

test("E6: after a replay from any part of what was recorded each call has the identity it had, and its own row", () => {
  fc.assert(
    fc.property(program, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (calls, isRecorded) => {
      const first = call(executionOf([]), calls).map(({ row }) => row);
      const recorded = first.filter((_, i) => isRecorded[i]).map((row) => ({ ...row, state: STATE.completed }));
      const replayed = call(executionOf(recorded), calls);
      for (const [i, { row, isKnown }] of replayed.entries()) {
        expect(identityOf(row)).toBe(first[i] && identityOf(first[i]));
        expect(isKnown).toBe(isRecorded[i]);
        expect(row.step === first[i]?.step || !isKnown).toBe(true);
      }
      // No step takes the place of another, and new ones come after all that were there.
      const places = replayed.map(({ row }) => row.step);
      expect(new Set(places).size).toBe(places.length);
      const last = Math.max(firstKey(RUN), ...recorded.map(({ step }) => step));
      for (const { row, isKnown } of replayed) expect(isKnown || row.step > last).toBe(true);
    }),
  );
});

test("E6: a row that the code does not come by any more is given to nobody", () => {
  const [a, b] = call(executionOf([]), [
    { kind: KIND.do, name: "gone" },
    { kind: KIND.do, name: "kept" },
  ]).map(({ row }) => ({ ...row, state: STATE.completed }));
  if (a === undefined || b === undefined) throw new Error("two calls make two rows");
  const execution = executionOf([a, b]);
  expect(execution.recall(KIND.do, "kept").row).toBe(b);
  expect(execution.recall(KIND.do, "kept").row).toBeUndefined();
  expect(execution.recall(KIND.sleep, "gone").row).toBeUndefined();
});

/** A step with the steps that it calls in its callback. */
interface Outer extends Call {
  inside: Call[];
}

interface Called {
  row: StepRow;
  isKnown: boolean;
  /** How many of those that follow are inside of it. */
  size: number;
}

/** Calls a program; a step that has ended is not called back. Each row with whether the journal knew it. */
function callNested(execution: Execution, calls: readonly Outer[]): Called[] {
  return calls.flatMap(({ kind, name, inside }) => {
    const { use, row: known } = execution.recall(kind, name);
    const row = known ?? execution.open(use).row;
    const isCalledBack = kind === KIND.do && row.state !== STATE.completed;
    const within = isCalledBack ? callInside(execution, pathOf(name, use), () => call(execution, inside)) : [];
    return [
      { row, isKnown: known !== undefined, size: within.length },
      ...within.map((called) => ({ ...called, size: 0 })),
    ];
  });
}

const nested = fc.array(
  program.chain((calls) =>
    fc.record({
      kind: fc.constantFrom(KIND.do, KIND.sleep),
      name: fc.constantFrom("a", "b"),
      inside: fc.constant(calls.slice(0, 4)),
    }),
  ),
  { maxLength: 12 },
);

test("E6: steps inside of steps keep their identities, whether those around them have ended or run again", () => {
  fc.assert(
    fc.property(nested, fc.nat(60), fc.boolean(), (calls, cut, isMarked) => {
      const first = callNested(executionOf([]), calls);
      // The process dies: what is around the last step is still under way, and on disk or not.
      const recorded = first.slice(0, cut).flatMap(({ row, size }, i): StepRow[] => {
        if (i + size < cut) return [{ ...row, state: STATE.completed }];
        return isMarked ? [{ ...row, state: STATE.pending }] : [];
      });
      const replayed = callNested(executionOf(recorded), calls);
      const steps = new Map(first.map(({ row }) => [identityOf(row), row.step]));
      for (const { row, isKnown } of replayed) {
        expect(steps.has(identityOf(row))).toBe(true);
        expect(isKnown && steps.get(identityOf(row)) !== row.step).toBe(false);
      }
      // All that was not on disk is called, in order and as what it was; nothing is called twice.
      const isRecorded = new Set(recorded.map(identityOf));
      const called = replayed.filter(({ isKnown }) => !isKnown).map(({ row }) => identityOf(row));
      expect(called).toEqual(first.map(({ row }) => identityOf(row)).filter((identity) => !isRecorded.has(identity)));
    }),
    { numRuns: 1000 },
  );
});

test("a stream of which pieces are missing on disk is an error of its step, before anything of it is read", async () => {
  const pieces = [new Uint8Array([1, 2]), new Uint8Array([3])];
  const chunks = { count: () => pieces.length, read: (_step: number, piece: number) => pieces[piece] };
  const host = { marks: new Marks(), chunks } as unknown as ExecutionHost;
  const execution = new Execution(host, {} as WorkflowDefinition, RUN, "id", 0, []);
  const { row } = execution.open(execution.recall(KIND.do, "read").use);
  const whole = execution.valueOf({ ...row, form: FORM.stream, value: "2" });
  expect(await new Response(whole as ReadableStream).arrayBuffer()).toEqual(new Uint8Array([1, 2, 3]).buffer);
  expect(() => execution.valueOf({ ...row, form: FORM.stream, value: "3" })).toThrow(
    expect.objectContaining({
      name: "WorkflowInternalError",
      message: "Stored output for read-1 is corrupt or incomplete.",
    }),
  );
});

test("a run has room for so many steps, sleeps and waits, and never takes a place of the next run's", () => {
  const [row] = call(executionOf([]), [{ kind: KIND.sleep, name: "a" }]).map(({ row }) => row);
  if (row === undefined) throw new Error("one call makes one row");
  const execution = executionOf([{ ...row, step: firstKey(RUN + 1) - 2 }]);
  const last = execution.open(execution.recall(KIND.sleep, "last").use).row;
  expect(last.step).toBe(firstKey(RUN + 1) - 1);
  expect(() => execution.open(execution.recall(KIND.sleep, "one too many").use)).toThrow(
    `The limit of ${STEPS_PER_RUN - 1} steps, sleeps and waits of one instance has been reached.`,
  );
});
