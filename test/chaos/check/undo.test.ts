import { describe, expect, test } from "vitest";
import type { Plan } from "../../fixtures/chaos-app/protocol.ts";
import { doAct, effect, lifeOf, operation, planOf, problemsOf, SECOND } from "./hand-made.ts";

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

describe("terminating with a rollback", () => {
  const plan: Plan = planOf([doAct(1, "a", { undo: true }), doAct(2, "b", { undo: true }), doAct(3, "c")]);
  const terminated = { status: "terminated", output: null, rollback: { outcome: "complete" } };
  const forward = [
    effect(plan, 1, 100),
    effect(plan, 2, 200, { given: [1, 10] }),
    effect(plan, 3, 210, { given: [1, 10, 2, 20] }),
  ];
  const undo = (at: number, beganAt: number) =>
    effect(plan, at, beganAt, { kind: "undo", n: at * 100, given: at === 1 ? [] : [1, 10] });
  const life = (...undone: ReturnType<typeof undo>[]) =>
    lifeOf(plan, {
      effects: [...forward, ...undone],
      status: terminated,
      operations: [operation("terminate", 220, { rollback: true })],
    });

  test("takes back what had ended, latest first", () =>
    expect(problemsOf(life(undo(2, 230), undo(1, 240)))).toEqual([]));
  test("leaves nothing of it out", () =>
    expect(problemsOf(life(undo(2, 230)))).toContainEqual(expect.stringMatching(/a-1 was never taken back/)));
  test("may leave out what had only begun", () => {
    const begun = lifeOf(plan, {
      effects: forward.slice(0, 2).concat(undo(1, 240)),
      status: terminated,
      operations: [operation("terminate", 220, { rollback: true })],
    });
    expect(problemsOf(begun)).toEqual([]);
  });
  test("begins no step any more", () => {
    const late = effect(plan, 3, 235, { given: [1, 10, 2, 20], n: 31, ...SECOND });
    expect(problemsOf(life(undo(2, 230), late, undo(1, 240)))).toContainEqual(expect.stringMatching(/^E3: effect 31/));
  });
  test("and nothing is taken back where it was not asked for", () => {
    const plain = lifeOf(plan, {
      effects: [...forward, undo(2, 230)],
      status: { status: "terminated", output: null },
      operations: [operation("terminate", 220)],
    });
    expect(problemsOf(plain)).toContainEqual(expect.stringMatching(/^E3: effect 200/));
  });
});
