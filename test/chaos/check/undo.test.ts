import { describe, expect, test } from "vitest";
import { type Plan } from "../../fixtures/chaos-app/protocol.ts";
import { doAct, effect, lifeOf, planOf, SECOND, problemsOf } from "./hand-made.ts";

describe("rolling back", () => {
  const plan: Plan = planOf([doAct(1, "a", { undo: true }), doAct(2, "b", { undo: true })], true);
  const failed = {
    status: "errored",
    output: null,
    error: { name: "Error", message: "as planned" },
    rollback: { outcome: "complete" },
  };
  const forward = [effect(plan, 1, 100), effect(plan, 2, 200, { given: [1, 10] })];
  const undo = (at: number, beganAt: number, more = {}) =>
    effect(plan, at, beganAt, { kind: "undo", n: at * 100, given: at === 1 ? [] : [1, 10], ...more });
  const life = (...undone: ReturnType<typeof undo>[]) =>
    lifeOf(plan, { effects: [...forward, ...undone], status: failed });

  test("latest first is sound", () => expect(problemsOf(life(undo(2, 210), undo(1, 220)))).toEqual([]));
  test("a kill repeats one", () =>
    expect(problemsOf(life(undo(2, 210), undo(2, 310, { ...SECOND, n: 201 }), undo(1, 320, SECOND)))).toEqual([]));
  test("none is left out", () =>
    expect(problemsOf(life(undo(2, 210)))).toContainEqual(expect.stringMatching(/^E1: .*a-1 was never taken back/)));
  test("none comes out of order", () =>
    expect(problemsOf(life(undo(1, 210), undo(2, 220)))).toContainEqual(
      expect.stringMatching(/^E1: .*was taken back after a-1/),
    ));
  test("none comes again", () =>
    expect(problemsOf(life(undo(2, 210), undo(1, 220), undo(2, 310, SECOND)))).toContainEqual(
      expect.stringMatching(/^E1: .*was taken back after/),
    ));
  test("no step begins any more", () => {
    const late = effect(plan, 2, 215, { given: [1, 10], n: 21 });
    expect(
      problemsOf(lifeOf(plan, { effects: [...forward, undo(2, 210), late, undo(1, 220)], status: failed })),
    ).toContainEqual(expect.stringMatching(/^E1: .*being rolled back/));
  });
  test("it comes to its end", () => {
    const status = { ...failed, rollback: { outcome: "failed" } };
    const effects = [...forward, undo(2, 210), undo(1, 220)];
    expect(problemsOf(lifeOf(plan, { effects, status }))).toContainEqual(
      expect.stringMatching(/^E8: .*its rollback is failed/),
    );
  });
});
