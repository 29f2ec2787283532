import { describe, expect, test } from "vitest";
import type { ApprovalsParams, Status, WaitsParams } from "../fixtures/agents-sdk-app/protocol.ts";
import { application } from "./sdk-app.ts";
import { eventually, type OfficeClient, ORIGINS } from "./sdk-client.ts";

// What an agent may do to the workflows that it has started, through the Agents SDK.

const app = application();

describe.each(ORIGINS)("$origin", (origin) => {
  const connect = (name: string): Promise<OfficeClient> => app.connect(`${name}-${origin.within.length}`, origin);

  /** Starts a run and waits until it is where it stays for a while. */
  async function startWaiting(office: OfficeClient, where: WaitsParams["where"], sleepMs?: number): Promise<string> {
    const id = await office.call.run("WAITS", { where, ...(sleepMs !== undefined && { sleepMs }) });
    const sign = { step: "in the step", event: undefined, sleep: undefined, "back-off": "attempt 1" }[where];
    await (sign === undefined ? office.untilHeard(id, "progress") : office.untilHeard(id, "note", sign));
    return id;
  }

  async function statusTracked(office: OfficeClient, id: string): Promise<string | undefined> {
    return (await office.call.tracked(id))?.status;
  }

  // A step that is under way ends before the pause, the one attempt that is about to fail too; waits stop at once.
  const pauses: [where: WaitsParams["where"], atOnce: RegExp, notes: string[], result: string][] = [
    ["step", /^waitingForPause$/, ["in the step", "after"], "passed"],
    ["event", /^paused$/, ["after"], "went"],
    ["sleep", /^paused$/, ["after"], "slept"],
    ["back-off", /^(?:waitingForPause|paused)$/, ["attempt 1", "attempt 2", "after"], "attempt 2"],
  ];
  test.each(pauses)("pauses and resumes (%s), and never hears of a failure", async (where, atOnce, notes, result) => {
    const office = await connect(`pause-${where}`);
    const id = await startWaiting(office, where);
    await office.call.pause(id);
    expect(await statusTracked(office, id)).toMatch(atOnce);
    if (where === "step") await office.call.open(id);
    await office.untilStatus("WAITS", id, "paused");
    if (where === "event") await office.call.send("WAITS", id, "go", "went");
    expect(await office.call.status("WAITS", id)).toMatchObject({ status: "paused", output: null });
    expect(await office.call.tracked(id)).toMatchObject({ status: "paused", error: null, completedAt: null });
    expect(await office.heardOf(id, "note")).not.toContain("after");

    await office.call.resume(id);
    expect(await statusTracked(office, id)).not.toBe("paused");
    await office.untilHeard(id, "complete");
    expect(await office.untilStatus("WAITS", id, "complete")).toMatchObject({ output: result });
    expect(await office.heardOf(id, "note")).toEqual(notes);
    expect(await office.heardOf(id, "complete")).toEqual([result]);
    expect(await office.heardOf(id, "error")).toEqual([]);
    const complete = { status: "complete", error: null, completedAt: expect.any(String) };
    await eventually(async () => expect(await office.call.tracked(id)).toMatchObject(complete));
  });

  test("sees a run that waits for an event as running, and as paused right after the pause", async () => {
    const office = await connect("look");
    const id = await startWaiting(office, "event");
    expect(await office.call.status("WAITS", id)).toMatchObject({ status: "running" });
    expect(await office.call.pauseAndLook("WAITS", id)).toBe("paused");
    await office.call.resume(id);
    expect(await office.call.status("WAITS", id)).toMatchObject({ status: "running" });
    expect(await office.call.pauseAndLook("WAITS", id)).toBe("paused");
    expect(await office.heardOf(id, "error")).toEqual([]);
  });

  test("may pause a paused run and resume a running one: nothing happens", async () => {
    const office = await connect("again");
    const id = await startWaiting(office, "event");
    await office.call.resume(id);
    expect(await statusTracked(office, id)).toBe("running");
    await office.call.pause(id);
    await office.call.pause(id);
    expect(await statusTracked(office, id)).toBe("paused");
    await office.call.resume(id);
    await office.call.send("WAITS", id, "go", "once");
    await office.untilHeard(id, "complete", "once");
    expect(await office.heardOf(id, "note")).toEqual(["after"]);
  });

  test("takes a pause back while a step is still under way", async () => {
    const office = await connect("back");
    const id = await startWaiting(office, "step");
    await office.call.pause(id);
    await office.call.resume(id);
    expect(await statusTracked(office, id)).toBe("running");
    await office.call.open(id);
    await office.untilHeard(id, "complete");
    // Nothing has been run again.
    expect(await office.heardOf(id, "progress")).toHaveLength(1);
    expect(await office.heardOf(id, "note")).toEqual(["in the step", "after"]);
  });

  test.each(["step", "event", "sleep", "back-off"] as const)(
    "terminates a run (%s) once, and hears nothing of it any more",
    async (where) => {
      const office = await connect(`terminate-${where}`);
      const id = await startWaiting(office, where, 60_000);
      await office.call.terminate(id);
      const terminated = { status: "terminated", error: null, completedAt: expect.any(String) };
      expect(await office.call.tracked(id)).toMatchObject(terminated);
      await expect(office.call.terminate(id)).rejects.toThrow(
        "(instance.cannot_terminate) Cannot terminate instance since its on a finite state",
      );
      const heard = await office.heard(id);
      if (where === "step") await office.call.open(id);
      // Neither does anything to a run that has ended.
      await office.call.pause(id);
      await office.call.resume(id);
      await expect(office.call.send("WAITS", id, "go", "too late")).rejects.toThrow("instance.");
      expect(await office.call.look("WAITS", id)).toMatchObject({ status: "terminated", output: null });
      expect(await office.call.tracked(id)).toMatchObject(terminated);
      expect(await office.heard(id)).toEqual(heard);
    },
  );

  test("terminates a paused run, and not one that is complete or has failed", async () => {
    const office = await connect("ends");
    const paused = await startWaiting(office, "event");
    await office.call.pause(paused);
    await office.call.terminate(paused);
    expect(await statusTracked(office, paused)).toBe("terminated");

    const ended: [string, "PLAIN" | "FAILURES", Status][] = [
      [await office.call.run("PLAIN", {}), "PLAIN", "complete"],
      [await office.call.run("FAILURES", { how: "throw" }), "FAILURES", "errored"],
    ];
    for (const [id, workflow, status] of ended) {
      await office.untilStatus(workflow, id, status);
      await expect(office.call.terminate(id)).rejects.toThrow("instance.cannot_terminate");
      expect(await office.call.status(workflow, id)).toMatchObject({ status });
    }
  });

  test.each(["running", "paused", "terminated", "complete"] as const)("restarts a run that is %s", async (was) => {
    const office = await connect(`restart-${was}`);
    const id = await startWaiting(office, "event");
    if (was === "paused") await office.call.pause(id);
    if (was === "terminated") await office.call.terminate(id);
    if (was === "complete") {
      await office.call.send("WAITS", id, "go", "first");
      await office.untilStatus("WAITS", id, "complete");
    }
    await office.call.restart(id);
    await eventually(async () => expect(await office.heardOf(id, "progress")).toHaveLength(2));
    // The run's first progress report finds the row that the restart has reset.
    const running = { status: "running", error: null, completedAt: null };
    await eventually(async () => expect(await office.call.tracked(id)).toMatchObject(running));
    expect(await office.call.look("WAITS", id)).toMatchObject({ status: "running", output: null });
    await office.call.send("WAITS", id, "go", "second");
    await office.untilHeard(id, "complete", "second");
    expect(await office.heardOf(id, "complete")).toEqual(was === "complete" ? ["first", "second"] : ["second"]);
    expect(await office.heardOf(id, "error")).toEqual([]);
    expect(await office.untilStatus("WAITS", id, "complete")).toMatchObject({ output: "second" });
    expect(await statusTracked(office, id)).toBe("complete");
  });

  test("restarts a run that has failed, and keeps what is tracked when asked to", async () => {
    const office = await connect("restart-errored");
    const id = await office.call.run("FAILURES", { how: "throw" }, { metadata: { kept: true } });
    await office.untilStatus("FAILURES", id, "errored");
    await office.call.restart(id, { resetTracking: false });
    await eventually(async () => expect(await office.heardOf(id, "error")).toEqual(["thrown", "thrown"]));
    expect(await office.untilStatus("FAILURES", id, "errored")).toMatchObject({ error: { message: "thrown" } });
    expect(await office.call.tracked(id)).toMatchObject({ status: "errored", metadata: { kept: true } });
  });

  const approvals: [string, ApprovalsParams, { metadata?: { by: string } } | undefined][] = [
    ["with metadata", {}, { metadata: { by: "the boss" } }],
    ["with nothing", {}, undefined],
    ["in a step of another name", { stepName: "sign-off", timeoutMs: 60_000 }, { metadata: { by: "the boss" } }],
  ];
  test.each(approvals)("approves a run that waits for it (%s)", async (_how, params, data) => {
    const office = await connect("approve");
    const id = await office.call.run("APPROVALS", params);
    await office.untilHeard(id, "progress");
    expect(await office.call.look("APPROVALS", id)).toMatchObject({ status: "running" });
    await (data === undefined ? office.call.approve(id) : office.call.approve(id, data));
    await office.untilHeard(id, "complete");
    expect(await office.untilStatus("APPROVALS", id, "complete")).toMatchObject({ output: data?.metadata ?? null });
    expect((await office.heardOf(id, "complete"))[0]).toEqual(data?.metadata);
    expect(await office.heardOf(id, "error")).toEqual([]);
  });

  test("approves before the run waits for it, and by an event of another type", async () => {
    const office = await connect("approve-early");
    const early = await office.call.run("APPROVALS", {});
    await office.call.approve(early, { metadata: { by: "the hasty" } });
    await office.untilHeard(early, "complete");

    const other = await office.call.run("APPROVALS", { eventType: "sign-off" });
    await office.call.approve(other, { metadata: { by: "the wrong way" } });
    await office.call.send("APPROVALS", other, "sign-off", { approved: true, metadata: { by: "the right way" } });
    await office.untilHeard(other, "complete");
    expect(await office.heardOf(other, "complete")).toEqual([{ by: "the right way" }]);
  });

  test.each([
    ["with a reason", { reason: "too expensive" }, "too expensive", "Workflow rejected: too expensive"],
    ["without one", undefined, "Workflow rejected", "Workflow rejected"],
  ])("rejects a run %s: it gets a WorkflowRejectedError, the agent one report", async (_how, data, told, message) => {
    const office = await connect("reject");
    const id = await office.call.run("APPROVALS", {});
    await office.untilHeard(id, "progress");
    await (data === undefined ? office.call.reject(id) : office.call.reject(id, data));
    expect(await office.untilStatus("APPROVALS", id, "errored")).toMatchObject({
      error: { name: "WorkflowRejectedError", message },
    });
    expect(await office.heardOf(id, "note")).toEqual([
      { name: "WorkflowRejectedError", message, ...data, workflowId: id },
    ]);
    expect(await office.heardOf(id, "error")).toEqual([told]);
    expect(await office.heardOf(id, "complete")).toEqual([]);
    expect(await office.call.tracked(id)).toMatchObject({
      status: "errored",
      error: { name: "WorkflowError", message: told },
    });
  });

  test("hears of an approval that does not come in time", async () => {
    const office = await connect("late");
    const id = await office.call.run("APPROVALS", { timeoutMs: 200 });
    await office.untilHeard(id, "error");
    expect(await office.heardOf(id, "error")).toEqual(["Execution timed out after 200ms"]);
    await office.untilStatus("APPROVALS", id, "errored");
    await expect(office.call.approve(id)).rejects.toThrow("instance.");
  });
});
