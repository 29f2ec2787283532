import { describe, expect, test } from "vitest";
import type { LifeRecord } from "../record/record.ts";
import { doAct, effect, historyOf, lifeOf, operation, planOf, sleepAct, problemsOf } from "./hand-made.ts";

describe("time", () => {
  const plan = planOf([doAct(1, "a"), sleepAct(2, "nap", 500), doAct(3, "b")]);
  const life = (wokenAt: number, asleepMs: number, operations: LifeRecord["operations"] = []): LifeRecord => {
    const ledger = [1, 10, 2, 2, 3, 30];
    const history = historyOf(plan, ledger).map((event) =>
      event.type === "sleep_completed" ? { ...event, timestamp: 102 + asleepMs } : { ...event, timestamp: 102 },
    );
    const effects = [effect(plan, 1, 100), effect(plan, 3, wokenAt, { given: [1, 10, 2, 2] })];
    return lifeOf(plan, { effects, ledger, history, operations });
  };

  test("a sleep that lasts is sound", () => expect(problemsOf(life(610, 501))).toEqual([]));
  test("E5: a step after it does not come early", () =>
    expect(problemsOf(life(550, 500))).toContainEqual(expect.stringMatching(/^E5: .*came 50 ms before the sleep/)));
  test("E5: it does not end early", () =>
    expect(problemsOf(life(610, 450))).toContainEqual(
      expect.stringMatching(/^E5: .*sleep nap-1 ended 50 ms before its time/),
    ));
  test("E5: nor much too late", () =>
    expect(problemsOf(life(5000, 3000), [{ spawnedAt: 0, readyAt: 0 }])).toContainEqual(
      expect.stringMatching(/^E5: .*came 2500 ms too late/),
    ));
  test("it is not late when the server was down", () =>
    expect(
      problemsOf(life(5000, 3000), [
        { spawnedAt: 0, readyAt: 0, endedAt: 300 },
        { spawnedAt: 2500, readyAt: 2900 },
      ]),
    ).toEqual([]));
  test("nor when the run was paused", () =>
    expect(problemsOf(life(5000, 3000, [operation("pause", 200), operation("resume", 2600)]))).toEqual([]));
});
