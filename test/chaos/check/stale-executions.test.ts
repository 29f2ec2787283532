import { describe, expect, test } from "vitest";
import { effect, lifeOf, operation, chain, chainEffects, CHAIN, problemsOf } from "./hand-made.ts";

describe("executions", () => {
  test("E3: an older execution begins nothing after a newer one", () => {
    const effects = [
      effect(CHAIN, 1, 100),
      effect(CHAIN, 2, 200, { given: [1, 10], execution: "newer" }),
      effect(CHAIN, 3, 300, { given: [1, 10, 2, 20] }),
    ];
    expect(problemsOf(chain({ effects }))).toContainEqual(expect.stringMatching(/^E3: .*had already begun effect 20/));
  });

  test.each(["pause", "terminate", "delete"] as const)("E3: nothing begins after %s was answered", (method) => {
    const operations = [operation(method, 250), ...(method === "pause" ? [operation("resume", 400)] : [])];
    const status =
      method === "terminate" ? { status: "terminated", output: null } : method === "delete" ? "gone" : undefined;
    const parts = { effects: Object.values(chainEffects()), operations, ledger: [1, 10, 2, 20, 3, 30] };
    expect(problemsOf(lifeOf(CHAIN, { ...parts, ...(status !== undefined && { status }) }))).toContainEqual(
      expect.stringMatching(/^E3: .*effect 30 of c-1 began although/),
    );
  });

  test("what began before it was answered may arrive later", () => {
    const effects = Object.values(chainEffects()).map((one) =>
      one.at === 3 ? { ...one, beganAt: 251, arrivedAt: 290 } : one,
    );
    expect(problemsOf(chain({ effects, operations: [operation("pause", 250), operation("resume", 400)] }))).toEqual([]);
  });

  test("E3: after a restart only the new execution begins steps", () => {
    const late = effect(CHAIN, 2, 450, { given: [1, 10], n: 21 });
    const restart = operation("restart", 400, { fromTop: 0 });
    expect(
      problemsOf(chain({ effects: [...Object.values(chainEffects()), late], operations: [restart] })),
    ).toContainEqual(expect.stringMatching(/^E3: .*effect 21 of b-1 began/));
  });

  test("E9: a paused run is not seen running", () => {
    const looks = [{ sentAt: 320, answeredAt: 330, status: { status: "running", output: null } }];
    const operations = [operation("pause", 310), operation("resume", 400)];
    expect(problemsOf(chain({ looks, operations }))).toContainEqual(
      expect.stringMatching(/^E9: .*running although it was paused/),
    );
  });

  test("E9: a run that was created is there", () => {
    const looks = [{ sentAt: 20, answeredAt: 30, status: "gone" as const }];
    expect(problemsOf(chain({ looks }))).toContainEqual(
      expect.stringMatching(/^E9: .*no such run although it was created/),
    );
  });
});
