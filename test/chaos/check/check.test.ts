import { expect, test } from "vitest";
import { chain, doAct, effect, lifeOf, planOf, problemsOfAll, recordOf } from "./hand-made.ts";

test("what the server complains of is reported", () => {
  const complaints = [{ at: 5, message: "the server's log says: it cannot be read" }];
  expect(problemsOfAll(recordOf([chain()], { complaints }))).toEqual([expect.stringMatching(/^log: .*cannot be read/)]);
});

test("E9: a child that a finished step has created is there", () => {
  const child = planOf([doAct(1, "c")]);
  const act = { act: "create", at: 1, name: "delegate", count: 1, id: "child", plan: child } as const;
  const parentPlan = planOf([act, doAct(2, "b")]);
  const effects = [effect(parentPlan, 1, 100), effect(parentPlan, 2, 200, { given: [1, 10] })];
  const parent = lifeOf(parentPlan, { effects, ledger: [1, 10, 2, 20] });
  const gone = {
    ...lifeOf(child, { effects: [], status: "gone" as const }),
    run: "child",
    operations: [],
    parent: { run: "run-1", life: 1, at: 1 },
  };
  expect(problemsOfAll(recordOf([parent, gone]))).toEqual([
    expect.stringMatching(/^E9: .*delegate-1 of run-1 had created it/),
  ]);
});
