import { describe, expect, test } from "vitest";
import { chain, operation, problemsOf } from "./hand-made.ts";

describe("outcomes", () => {
  const running = { status: "running", output: null };
  const unplanned = { status: "errored", output: null, error: { name: "Error", message: "no" } };
  const terminated = { status: "terminated", output: null };

  test("E5: a run that does not go on is stuck", () =>
    expect(problemsOf(chain({ status: running }))).toContainEqual(expect.stringMatching(/^E5: .*does not go on/)));
  test("E9: a run that was created and not deleted is not gone", () =>
    expect(problemsOf(chain({ status: "gone" }))).toContainEqual(
      expect.stringMatching(/^E9: .*nobody has deleted it/),
    ));
  test("E9: a run that was deleted is gone", () =>
    expect(problemsOf(chain({ operations: [operation("delete", 400)] }))).toContainEqual(
      expect.stringMatching(/^E9: .*although it was deleted/),
    ));
  test("E9: a run that was terminated is that", () =>
    expect(problemsOf(chain({ operations: [operation("terminate", 400)] }))).toContainEqual(
      expect.stringMatching(/^E9: .*complete although it was terminated/),
    ));
  test("E9: a run that nobody has terminated is not that", () =>
    expect(problemsOf(chain({ status: terminated }))).toContainEqual(
      expect.stringMatching(/^E9: .*nobody has terminated it/),
    ));
  test("E8: a run does not fail unless planned", () =>
    expect(problemsOf(chain({ status: unplanned }))).toContainEqual(expect.stringMatching(/^E8: .*not as planned/)));
  test("E1: a run that completes has all its steps", () =>
    expect(problemsOf(chain({ ledger: [1, 10, 3, 30] }))).toContainEqual(
      expect.stringMatching(/^E1: .*the output has the steps 1 3/),
    ));

  test("what could not be answered before the end of everything may be so or so", () => {
    expect(problemsOf(chain({ operations: [operation("terminate", 400, { outcome: "lost" })] }))).toEqual([]);
    expect(
      problemsOf(chain({ status: terminated, operations: [operation("terminate", 400, { outcome: "lost" })] })),
    ).toEqual([]);
    const restarted = [operation("terminate", 400), operation("restart", 500, { outcome: "lost", fromTop: 0 })];
    expect(problemsOf(chain({ operations: restarted }))).toEqual([]);
    expect(problemsOf(chain({ status: terminated, operations: restarted }))).toEqual([]);
    expect(problemsOf(chain({ status: "gone", operations: [operation("delete", 400, { outcome: "lost" })] }))).toEqual(
      [],
    );
  });

  test("E9: what has ended does not change", () => {
    const life = { ...chain(), atEnd: { status: "complete", output: { ledger: [1, 10] } } };
    expect(problemsOf(life)).toContainEqual(expect.stringMatching(/^E9: .*later is complete or says something else/));
  });

  test("E9: a run that was never created twice is not refused", () => {
    const life = chain();
    life.operations[0] = operation("create", 1, {
      outcome: "refused",
      refusal: "(instance.already_exists) it is there",
    });
    expect(problemsOf(life)).toContainEqual(expect.stringMatching(/^E9: .*nobody had created it/));
  });

  test("E9: a run that goes on takes events", () => {
    const refused = operation("sendEvent", 150, {
      type: "go",
      payload: 1,
      outcome: "refused",
      refusal: "(instance.not_running)",
    });
    const looks = [{ sentAt: 160, answeredAt: 161, status: running }];
    expect(problemsOf(chain({ operations: [refused], looks }))).toContainEqual(
      expect.stringMatching(/^E9: .*the run was running/),
    );
  });

  test("a run that is being rolled back takes none", () => {
    const refusal = "(instance.not_running)";
    const refused = operation("sendEvent", 150, { type: "go", payload: 1, outcome: "refused", refusal });
    const looks = [{ sentAt: 160, answeredAt: 161, status: { status: "rollingBack", output: null } }];
    expect(problemsOf(chain({ operations: [refused], looks })).join()).not.toContain("sendEvent was refused");
  });

  test("E9: a step that was shown is there to restart from", () => {
    const refused = operation("restart", 400, {
      fromTop: 1,
      outcome: "refused",
      refusal: "(instance.cannot_restart) not found",
    });
    expect(problemsOf(chain({ operations: [refused] }))).toContainEqual(
      expect.stringMatching(/^E9: .*the step had been shown/),
    );
  });

  test("E9: any other refusal is wrong", () => {
    const refused = operation("pause", 400, { outcome: "refused", refusal: "database is locked" });
    expect(problemsOf(chain({ operations: [refused] }))).toContainEqual(
      expect.stringMatching(/^E9: .*for no reason that there is/),
    );
  });
});
