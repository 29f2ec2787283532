import { describe, expect, test } from "vitest";
import { effect, lifeOf, planOf, problemsOfAll, recordOf } from "./hand-made.ts";

describe("agents", () => {
  const plan = planOf([{ act: "agent", at: 1, name: "report", count: 1 }]);
  const life = lifeOf(plan, { effects: [effect(plan, 1, 100)], ledger: [1, 10] });
  const hub = (reported: readonly number[], ...counts: readonly number[]) => ({
    name: "hub-1",
    clients: [counts.map((count) => ({ count, last: 0, at: 500 }))],
    final: { reported, completed: [] },
  });
  const found = (one: ReturnType<typeof hub>) => problemsOfAll(recordOf([life], { hubs: [one] }));

  test("what was reported is kept, and told", () => expect(found(hub([10], 0, 1))).toEqual([]));
  test("a report is not lost", () =>
    expect(found(hub([], 0))).toEqual([expect.stringMatching(/knows nothing of report 10/)]));
  test("a state does not go back", () =>
    expect(found(hub([10], 1, 0, 1))).toEqual([expect.stringMatching(/go back to 0/)]));
  test("a client is told the last state", () =>
    expect(found(hub([10], 0))).toEqual([expect.stringMatching(/was last told of 0/)]));
});
