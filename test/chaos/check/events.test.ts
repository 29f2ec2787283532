import { describe, expect, test } from "vitest";
import { TIMED_OUT } from "../../fixtures/chaos-app/protocol.ts";
import { SILENCE } from "../plan/make-plan.ts";
import type { LifeRecord } from "../record/record.ts";
import { doAct, effect, historyOf, lifeOf, operation, planOf, waitAct, SECOND, problemsOf } from "./hand-made.ts";

describe("events", () => {
  const plan = planOf([waitAct(1, "wait", "go", 1), waitAct(2, "wait", "go", 2), doAct(3, "a")]);
  const send = (payload: number, sentAt: number, outcome: "answered" | "lost" = "answered") =>
    operation("sendEvent", sentAt, { type: "go", payload, outcome });
  const life = (first: number, second: number, operations: LifeRecord["operations"]): LifeRecord =>
    lifeOf(plan, {
      operations,
      effects: [effect(plan, 3, 300, { given: [1, first, 2, second] })],
      ledger: [1, first, 2, second, 3, 30],
    });

  test("in order of acceptance is sound", () => expect(problemsOf(life(7, 8, [send(7, 50), send(8, 60)]))).toEqual([]));
  test("one whose answer was lost may be missing", () =>
    expect(problemsOf(life(7, 9, [send(7, 50), send(8, 60, "lost"), send(9, 70)]))).toEqual([]));
  test("or be there", () =>
    expect(problemsOf(life(7, 8, [send(7, 50), send(8, 60, "lost"), send(9, 70)]))).toEqual([]));
  test("E4: an accepted one is not passed over", () =>
    expect(problemsOf(life(7, 9, [send(7, 50), send(8, 60), send(9, 70)]))).toContainEqual(
      expect.stringMatching(/^E4: .*event 8, accepted before it, was passed over/),
    ));
  test("E4: none comes twice", () =>
    expect(problemsOf(life(7, 7, [send(7, 50), send(8, 60)]))).toContainEqual(
      expect.stringMatching(/^E4: .*(?:accepted before it|a second time)/),
    ));
  test("E4: none comes out of order", () =>
    expect(problemsOf(life(8, 7, [send(7, 50), send(8, 60)]))).toContainEqual(
      expect.stringMatching(/^E4: .*passed over/),
    ));
  test("E4: none comes from nowhere", () =>
    expect(problemsOf(life(7, 5, [send(7, 50)]))).toContainEqual(expect.stringMatching(/^E4: .*was not sent to it/)));
  test("E4: none is lost to a timeout", () =>
    expect(problemsOf(life(7, TIMED_OUT, [send(7, 50), send(8, 60)]))).toContainEqual(
      expect.stringMatching(/^E4: .*timed out long before/),
    ));

  test("E4: one that was delivered stays delivered", () => {
    const effects = [
      effect(plan, 3, 200, { given: [1, 7, 2, 8] }),
      effect(plan, 3, 310, { given: [1, 7, 2, 9], n: 31, ...SECOND }),
    ];
    const operations = [send(7, 50), send(8, 60), send(9, 70)];
    expect(problemsOf(lifeOf(plan, { operations, effects, ledger: [1, 7, 2, 9, 3, 31] }))).toContainEqual(
      expect.stringMatching(/^E4: .*result 8 of wait-2/),
    );
  });

  test("events from before a restart are not delivered after it", () => {
    const operations = [
      send(7, 50),
      send(8, 60),
      operation("restart", 100, { fromTop: 0 }),
      send(9, 150),
      send(11, 160),
    ];
    expect(problemsOf(life(9, 11, operations))).toEqual([]);
    expect(problemsOf(life(7, 8, operations))).toContainEqual(
      expect.stringMatching(/^E4: .*event 9, accepted before it, was passed over/),
    );
  });

  test("E4: nothing comes of a type that was never sent", () => {
    const silent = planOf([waitAct(1, "listen", SILENCE)]);
    expect(problemsOf(lifeOf(silent, { effects: [], ledger: [1, 5] }))).toContainEqual(
      expect.stringMatching(/^E4: .*none of its type was ever sent/),
    );
  });
});

describe("a wait that may time out", () => {
  const plan = planOf([waitAct(1, "hurry", "go", 1, 500), waitAct(2, "wait", "go", 1), doAct(3, "a")]);
  const timedOut = (at: number, ...operations: LifeRecord["operations"]): LifeRecord => {
    const ledger = [1, TIMED_OUT, 2, 7, 3, 30];
    const history = historyOf(plan, ledger).map((event) => {
      const isEnd = event.stepName === "hurry-1" && event.type === "wait_completed";
      return isEnd ? { ...event, type: "wait_timed_out", timestamp: at } : { ...event, timestamp: at - 500 };
    });
    const effects = [effect(plan, 3, at + 100, { given: ledger.slice(0, 4) })];
    return lifeOf(plan, { operations, effects, ledger, history });
  };
  const send = (payload: number, sentAt: number) => operation("sendEvent", sentAt, { type: "go", payload });

  test("does when nothing comes, and what comes later is the next one's", () =>
    expect(problemsOf(timedOut(800, send(7, 850)))).toEqual([]));
  test("E4: does not when an event has been accepted", () =>
    expect(problemsOf(timedOut(800, send(7, 700)))).toContainEqual(
      expect.stringMatching(/^E4: wait hurry-1 timed out 98 ms after event 7 of its type had been accepted/),
    ));
});
