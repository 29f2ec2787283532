import { describe, expect, test } from "vitest";
import type { Part, Report } from "../fixtures/gateway-app/program.ts";
import { gatewayApp } from "./gateway-app.ts";

// Agent and engine agree, whatever happens behind the agent's back.

const app = gatewayApp();

const add = (value: unknown): Report => ({ report: "addResult", args: [value] });
const held = (gate: string): Part => ({ step: "hold", deeds: [{ gate }] });
const WAITING: Part[] = [{ wait: "for ever", event: "never" }];

describe("when it is asked to compare, the agent learns", () => {
  test("that a run has ended which never said so", async () => {
    const client = await app.connect("ended");
    const id = await client.start([add("all I say")], { workflow: "OLD_WORK" });
    await client.untilRun(id, ({ totalResults }) => totalResults === 1);
    await client.call("compareNow");
    await expect.poll(async () => client.run(id)?.status, { timeout: 30_000 }).toBe("complete");
    const failed = await client.start([{ throw: "secretly" }], { workflow: "OLD_WORK" });
    await expect
      .poll(async () => client.ask({ type: "status", instanceId: failed }))
      .toMatchObject({ status: "errored" });
    await client.call("compareNow");
    expect(await client.untilRun(failed, ({ status }) => status === "error")).toMatchObject({ error: "secretly" });
  });

  test.each([
    ["terminate", "cancelled"],
    ["pause", "paused"],
  ] as const)("that somebody else did this to a run: %s", async (what, status) => {
    const client = await app.connect(`meddled-${what}`);
    const id = await client.start(WAITING);
    await client.untilRun(id, ({ waitingFor }) => waitingFor.length === 1);
    await client.call("meddle", "WORK", id, what);
    await client.call("compareNow");
    const run = await client.untilRun(id, (run) => run.status !== "running");
    expect(run.status).toBe(status);
  });

  test("that a paused run was let go on", async () => {
    const client = await app.connect("meddled-resume");
    const id = await client.start(WAITING);
    await client.untilRun(id, ({ waitingFor }) => waitingFor.length === 1);
    await client.must({ type: "pause", instanceId: id });
    await client.untilRun(id, ({ status }) => status === "paused");
    await client.call("meddle", "WORK", id, "resume");
    await client.call("compareNow");
    const run = await client.untilRun(id, ({ status }) => status !== "paused");
    expect(run.status).toBe("running");
  });

  test("that the instance of a run does not exist any more", async () => {
    const client = await app.connect("lost");
    const id = await client.start(WAITING);
    await client.untilRun(id, ({ waitingFor }) => waitingFor.length === 1);
    await client.call("loseInstance", "WORK", id);
    await client.call("compareNow");
    const run = await client.untilRun(id, ({ status }) => status === "error");
    expect(run).toMatchObject({ error: expect.stringContaining("does not exist any more"), waitingFor: [] });
    await client.must({ type: "delete", instanceId: id });
  });

  test("that a run was accepted and never created, and creates it", async () => {
    const client = await app.connect("accepted");
    await client.call("acceptOnly", "accepted", [add("done")]);
    await client.call("compareNow");
    const whole = async () => client.must({ type: "run", instanceId: "accepted" });
    await expect.poll(whole, { timeout: 30_000 }).toMatchObject({ run: { status: "complete", results: ["done"] } });
    expect(await client.call("tracked", "accepted")).not.toBeNull();
  });

  test("that a run has failed after it had said that it is complete", async () => {
    const client = await app.connect("failed-after-all");
    const id = await client.start([{ report: "completeWorkflow", args: [] }, held("tail"), { throw: "after all" }]);
    await client.untilRun(id, ({ status }) => status === "complete");
    await client.call("openGate", "tail");
    await client.untilRun(id, ({ status }) => status === "error");
    expect(client.run(id)).toMatchObject({ error: "after all" });
  });
});

describe("a run that is being rolled back", () => {
  test("is under way until that is done, and may be asked for like any other", async () => {
    const client = await app.connect("rolled-back");
    const program: Part[] = [{ step: "book", deeds: [], undo: "undo" }, { throw: "no luck" }];
    const id = await client.start(program, { workflow: "OLD_WORK" });
    await client.untilAwaited("undo");
    expect(await client.must({ type: "status", instanceId: id })).toMatchObject({ status: "rollingBack" });
    await client.call("compareNow");
    expect(await client.must({ type: "run", instanceId: id })).toMatchObject({ run: { status: "running" } });
    // Whether it takes effect is the engine's to say; no answer shows what is inside.
    for (const type of ["pause", "resume"] as const) {
      expect(JSON.stringify(await client.ask({ type, instanceId: id }))).not.toContain("CHECK");
    }
    await client.call("openGate", "undo");
    const whole = async () => {
      await client.call("compareNow");
      return client.must({ type: "run", instanceId: id });
    };
    await expect.poll(whole).toMatchObject({ run: { status: "error", error: "no luck" } });
  });
});

describe("of itself, the agent learns", () => {
  test("of a run that reports to it and that it never started", async () => {
    const client = await app.connect("untracked");
    await client.call("startUntracked", "from-elsewhere", [add("hello"), held("untracked"), add("goodbye")]);
    await client.untilRun("from-elsewhere", ({ results }) => results[0] === "hello");
    await client.untilAwaited("untracked");
    await client.call("openGate", "untracked");
    const run = await client.untilRun("from-elsewhere", ({ status }) => status === "complete");
    expect(run).toMatchObject({ results: ["hello", "goodbye"], workflow: "WORK" });
    expect(client.state).toMatchObject({ workflowInstanceId: "from-elsewhere", status: "complete" });
  });

  test("of a run that an operator has restarted after it had failed", async () => {
    const client = await app.connect("operator");
    const id = await client.start([held("operator"), add("again"), { throw: "once more" }]);
    await client.untilAwaited("operator");
    await client.call("openGate", "operator");
    const first = await client.untilRun(id, ({ status }) => status === "error");
    // Until the agent knows for sure that the engine, too, is done with it.
    await expect.poll(async () => client.ask({ type: "status", instanceId: id })).toMatchObject({ status: "errored" });
    await client.call("compareNow");
    await client.call("meddle", "WORK", id, "restart");
    const second = await client.untilRun(
      id,
      ({ startedAt, status }) => startedAt > first.startedAt && status === "error",
    );
    expect(second).toMatchObject({ results: ["again"], error: "once more" });
  });

  test("and takes in nothing of a run that was deleted, or is over", async () => {
    const client = await app.connect("late");
    const id = await client.start([{ step: "work", deeds: [{ gate: "late" }, add("late")] }]);
    await client.untilAwaited("late");
    await client.must({ type: "cancel", instanceId: id });
    await client.untilRun(id, ({ status }) => status === "cancelled");
    await client.must({ type: "delete", instanceId: id });
    await client.call("openGate", "late");
    const other = await client.start([{ step: "work", deeds: [{ gate: "late" }] }]);
    await client.untilRun(other, ({ status }) => status === "complete");
    expect(client.state).toMatchObject({ totalRuns: 1, runs: [{ id: other }] });
  });

  test("after a kill, what became of its runs meanwhile", async () => {
    const before = await app.connect("meanwhile");
    const ended = await before.start(WAITING, { instanceId: "meanwhile-ended", workflow: "OLD_WORK" });
    const paused = await before.start(WAITING, { instanceId: "meanwhile-paused" });
    await before.untilRun(paused, ({ waitingFor }) => waitingFor.length === 1);
    await before.call("meddle", "OLD_WORK", ended, "terminate");
    await before.call("meddle", "WORK", paused, "pause");
    expect(before.run(ended)).toMatchObject({ status: "running" });
    await app.server.kill9();
    await app.server.restart();
    const after = await app.connect("meanwhile");
    await after.untilRun(ended, ({ status }) => status === "cancelled");
    await after.untilRun(paused, ({ status }) => status === "paused");
  });

  test("in time, without any visitor; and nothing is scheduled while nothing runs", async () => {
    const client = await app.connect("in-time");
    const id = await client.start([add("all I say")], { workflow: "OLD_WORK" });
    await client.untilRun(id, ({ totalResults }) => totalResults === 1);
    expect(await client.call("schedules")).toBe(1);
    client.close();
    // Only the agent's own schedule wakes it now: HTTP asks for a state that somebody else has brought about.
    const state = async (): Promise<unknown> => (await fetch(`${app.server.url}/agents/office/in-time/state`)).json();
    await expect.poll(state, { timeout: 55_000, interval: 500 }).toMatchObject({ state: { status: "complete" } });
    const again = await app.connect("in-time");
    await expect.poll(async () => again.call("schedules"), { timeout: 55_000, interval: 500 }).toBe(0);
  }, 120_000);
});
