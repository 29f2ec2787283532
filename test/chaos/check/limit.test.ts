import { expect, test } from "vitest";
import { LINE_LIMIT } from "../../fixtures/chaos-app/protocol.ts";
import { doAct, effect, lifeOf, operation, planOf, problemsOfAll, recordOf } from "./hand-made.ts";

const plan = planOf([doAct(1, "a", { ms: 100 })]);

/** Runs of the workflow with the limit, each at work for 100 ms from one of these times on. */
function atWork(...times: readonly number[]) {
  return times.map((from, index) => ({
    ...lifeOf(plan, { effects: [effect(plan, 1, from)], ledger: [1, 10] }),
    run: `run-${index}`,
    binding: "LINE" as const,
  }));
}

const full = Array.from({ length: LINE_LIMIT }, () => 50);

test("as many as may be", () => expect(problemsOfAll(recordOf(atWork(...full, 150)))).toEqual([]));

test("one more is too many", () =>
  expect(problemsOfAll(recordOf(atWork(...full, 100)))).toEqual([
    expect.stringMatching(/^limit: .*6 other runs were at work/),
  ]));

test("what was killed is not at work any more", () =>
  expect(problemsOfAll(recordOf(atWork(...full.map(() => 240), 300)))).toEqual([]));

test("what was paused has given up its place", () => {
  const [first, ...others] = atWork(...full, 100);
  first?.operations.push(operation("pause", 60), operation("resume", 200));
  expect(problemsOfAll(recordOf(first === undefined ? [] : [first, ...others]))).toEqual([]);
});
