import { describe, expect, test } from "vitest";
import { FAILED } from "../../fixtures/chaos-app/protocol.ts";
import { doAct, effect, lifeOf, planOf, SECOND, problemsOf } from "./hand-made.ts";

describe("retries", () => {
  const plan = planOf([doAct(1, "a", { limit: 1, fails: 1, delayMs: 100 })]);
  const failed = effect(plan, 1, 100, { n: 10, order: "fail" });
  const history = (failures: readonly string[], end = "step_completed") =>
    [
      { type: "workflow_queued" },
      { type: "step_started", stepName: "a-1" },
      ...failures.map((message) => ({ type: "attempt_errored", stepName: "a-1", attempt: 1, error: { message } })),
      { type: end, stepName: "a-1", output: 11 },
      { type: "workflow_completed" },
    ].map((event, index) => ({ eventId: index + 1, timestamp: index, ...event }));

  test("a failure is followed by another attempt", () => {
    const effects = [failed, effect(plan, 1, 210, { n: 11, attempt: 2 })];
    expect(problemsOf(lifeOf(plan, { effects, ledger: [1, 11], history: history(["told to fail, 10"]) }))).toEqual([]);
  });

  test("E5: not before the back-off is over", () => {
    const effects = [failed, effect(plan, 1, 150, { n: 11, attempt: 2 })];
    const life = lifeOf(plan, { effects, ledger: [1, 11], history: history(["told to fail, 10"]) });
    expect(problemsOf(life)).toContainEqual(expect.stringMatching(/^E5: .*50 ms before its back-off was over/));
  });

  test("E8: a kill makes no failure", () => {
    const effects = [failed, effect(plan, 1, 310, { n: 11, attempt: 1, ...SECOND })];
    const life = lifeOf(plan, { effects, ledger: [1, 11], history: history(["internal error"]) });
    expect(problemsOf(life)).toContainEqual(expect.stringMatching(/^E8: .*nothing of the application did/));
  });

  test("E8: a step does not fail for good with retries left", () => {
    const life = lifeOf(plan, {
      effects: [failed],
      ledger: [1, FAILED],
      history: history(["told to fail, 10"], "step_errored"),
    });
    expect(problemsOf(life)).toContainEqual(
      expect.stringMatching(/^E8: .*failed for good with 1 failures and 1 retries/),
    );
  });

  test("E8: no attempt is left out", () => {
    const effects = [failed, effect(plan, 1, 310, { n: 11, attempt: 3, ...SECOND })];
    const life = lifeOf(plan, { effects, ledger: [1, 11], history: history(["told to fail, 10"]) });
    expect(problemsOf(life)).toContainEqual(expect.stringMatching(/^E8: .*followed, after a kill, by attempt 3/));
  });
});
