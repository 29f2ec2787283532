import { describe, expect, test } from "vitest";
import type { FailuresParams, Heard } from "../fixtures/agents-sdk-app/protocol.ts";
import { application } from "./sdk-app.ts";
import { eventually, type OfficeClient, ORIGINS } from "./sdk-client.ts";

// What a workflow and the agent that has started it say to each other, with the Agents SDK on both sides.

const app = application();

describe.each(ORIGINS)("a workflow started by $origin", (origin) => {
  const connect = (name: string): Promise<OfficeClient> => app.connect(`${name}-${origin.within.length}`, origin);

  test("reports, calls and broadcasts reach it once and in order, its state every client", async () => {
    const [office, other] = [await connect("reports"), await connect("reports")];
    const id = await office.call.run("REPORTS", {});
    expect(id).toMatch(/^wf_/);
    await office.untilHeard(id, "complete");
    const event = { sum: 5, payload: {}, instanceId: id, isDate: true, workflow: "REPORTS" };
    expect(await office.heard(id)).toEqual([
      { kind: "progress", workflow: "REPORTS", id, value: { stage: "begun", execution: 1 } },
      { kind: "event", workflow: "REPORTS", id, value: event },
      { kind: "progress", workflow: "REPORTS", id, value: { stage: "half-way", execution: 1 } },
      { kind: "event", workflow: "REPORTS", id, value: "half-way" },
      { kind: "complete", workflow: "REPORTS", id, value: { sum: 5 } },
    ] satisfies Heard[]);
    for (const client of [office, other]) {
      await eventually(() =>
        expect(client.states).toEqual([
          { phase: "idle", done: 0 },
          { phase: "added", done: 1 },
          { phase: "added", done: 2 },
          { phase: "idle", done: 0 },
          { phase: "ended", done: 0 },
        ]),
      );
      await eventually(() => expect(client.messages).toContainEqual({ type: "cheer", id }));
    }
    expect(await office.untilStatus("REPORTS", id, "complete")).toMatchObject({ output: { sum: 5 } });
    expect(await office.call.tracked(id)).toMatchObject({
      workflowName: "REPORTS",
      status: "complete",
      metadata: null,
      error: null,
      completedAt: expect.any(String),
    });
  });

  test("id, metadata and retention can be chosen, and what is tracked can be searched page by page", async () => {
    const office = await connect("tracked");
    const ids = ["one", "two", "three"].map((name) => `${name}-${origin.within.length}`);
    for (const [index, id] of ids.entries()) {
      const retention = { successRetention: 86_400_000, errorRetention: 3_600_000 };
      expect(await office.call.run("WAITS", { where: "event" }, { id, metadata: { index }, retention })).toBe(id);
    }
    const plain = await office.call.run("PLAIN", {});
    expect(await office.call.tracked(ids[1] ?? "")).toMatchObject({ workflowId: ids[1], metadata: { index: 1 } });
    expect((await office.call.list({ metadata: { index: 2 } })).workflows.map((row) => row.workflowId)).toEqual([
      ids[2],
    ]);
    expect((await office.call.list({ workflowName: "PLAIN" })).workflows.map((row) => row.workflowId)).toEqual([plain]);

    const found: string[] = [];
    let cursor: string | null | undefined;
    for (let pages = 0; cursor !== null && pages < 10; pages++) {
      const page = await office.call.list({ limit: 2, ...(cursor !== undefined && { cursor }) });
      expect(page.total).toBe(4);
      found.push(...page.workflows.map((row) => row.workflowId));
      cursor = page.nextCursor;
    }
    expect(found.toSorted()).toEqual([...ids, plain].toSorted());

    await office.untilStatus("PLAIN", plain, "complete");
    await office.call.status("PLAIN", plain);
    expect((await office.call.list({ status: "complete" })).total).toBe(1);
    expect((await office.call.list({ status: ["complete", "running", "queued"] })).total).toBe(4);
  });

  test("an id that is taken is refused whoever asks, and the run that has it goes on", async () => {
    const office = await connect("taken");
    const id = `taken-${origin.within.length}`;
    await office.call.run("WAITS", { where: "event" }, { id });
    await expect(office.call.run("WAITS", { where: "sleep" }, { id })).rejects.toThrow("instance.already_exists");
    const other = await connect("taken-too");
    await expect(other.call.run("WAITS", { where: "sleep" }, { id })).rejects.toThrow("instance.already_exists");
    expect(await other.call.tracked(id)).toBeNull();
    expect((await office.call.list()).total).toBe(1);
    await office.call.send("WAITS", id, "go", "went");
    await office.untilHeard(id, "complete", "went");

    // What the agent forgets, the engine does not.
    expect(await office.call.forget(id)).toBe(true);
    await expect(office.call.run("WAITS", { where: "sleep" }, { id })).rejects.toThrow("instance.already_exists");
    expect(await office.call.tracked(id)).toBeNull();
  });

  test("what is not there is refused with an error that names it", async () => {
    const { call } = await connect("unknown");
    for (const workflow of ["NO_SUCH", "Desk"]) {
      const missing = `Workflow binding '${workflow}' not found in environment`;
      await expect(call.run(workflow, {})).rejects.toThrow(missing);
      await expect(call.status(workflow, "any")).rejects.toThrow(missing);
      await expect(call.send(workflow, "any", "go")).rejects.toThrow(missing);
    }
    await expect(call.status("WAITS", "no-such-id")).rejects.toThrow("instance.not_found");
    await expect(call.send("WAITS", "no-such-id", "go")).rejects.toThrow("instance.not_found");
    await expect(call.run("PLAIN", {}, { id: "not an id" })).rejects.toThrow("Workflow instance has invalid id");
    const untracked = "Workflow no-such-id not found in tracking table";
    await expect(call.pause("no-such-id")).rejects.toThrow(untracked);
    await expect(call.resume("no-such-id")).rejects.toThrow(untracked);
    await expect(call.terminate("no-such-id")).rejects.toThrow(untracked);
    await expect(call.restart("no-such-id")).rejects.toThrow(untracked);
    await expect(call.approve("no-such-id")).rejects.toThrow(untracked);
    await expect(call.reject("no-such-id")).rejects.toThrow(untracked);
    expect((await call.list()).total).toBe(0);
  });

  const failures: [how: FailuresParams["how"], told: string, error: { name: string; message: string }][] = [
    ["throw", "thrown", { name: "Error", message: "thrown" }],
    ["throw a string", "a string", { name: "Error", message: "a string" }],
    ["report and throw", "reported", { name: "Error", message: "thrown after the report" }],
    ["step", "failed in the step", { name: "TypeError", message: "failed in the step" }],
    ["non-retryable step", "not to be tried again", { name: "NonRetryableError", message: "not to be tried again" }],
    ["agent", "refused by the agent", { name: "RangeError", message: "refused by the agent" }],
  ];
  test.each(failures)("that fails (%s) tells it once, and is tracked as errored", async (how, told, error) => {
    const office = await connect("failures");
    const id = await office.call.run("FAILURES", { how });
    expect(await office.untilStatus("FAILURES", id, "errored")).toMatchObject({ error });
    expect(await office.heard(id)).toEqual([{ kind: "error", workflow: "FAILURES", id, value: told }]);
    expect(await office.call.tracked(id)).toMatchObject({
      status: "errored",
      error: { name: "WorkflowError", message: told },
    });
    expect(await office.call.status("FAILURES", id)).toMatchObject({ status: "errored", error });
    expect(await office.call.tracked(id)).toMatchObject({ status: "errored", error });
  });

  test("that catches what the agent throws has the error's message and goes on", async () => {
    const office = await connect("survivor");
    const id = await office.call.run("FAILURES", { how: "survive" });
    await office.untilHeard(id, "complete", "refused by the agent");
    expect(await office.heardOf(id, "error")).toEqual([]);
  });

  test("whose class calls the run of its base class is one workflow to it", async () => {
    const office = await connect("rounds");
    // The base class runs by itself as well, before and after.
    for (const [workflow, events, output] of [
      ["ROUNDS", ["rounds"], "rounds"],
      ["NIGHT_ROUNDS", ["lights on", "rounds", "lights off"], "night rounds"],
      ["ROUNDS", ["rounds"], "rounds"],
    ] as const) {
      const id = await office.call.run(workflow, {});
      expect(await office.untilStatus(workflow, id, "complete")).toMatchObject({ output });
      expect((await office.heard(id)).map(({ kind, value }) => [kind, value])).toEqual(
        events.map((event) => ["event", event]),
      );
    }
    const id = await office.call.run("NIGHT_ROUNDS", { fail: true });
    await office.untilStatus("NIGHT_ROUNDS", id, "errored");
    expect(await office.heardOf(id, "error")).toEqual(["stumbled"]);
  });

  test("that extends its step asks it and is answered", async () => {
    const office = await connect("prompts");
    const id = await office.call.run("PROMPTS", {});
    for (const [index, [question, answer]] of [
      ["Who are you?", "a test"],
      ["What do you want?", "to pass"],
    ].entries()) {
      await eventually(async () => expect(await office.heardOf(id, "note")).toHaveLength(index + 1));
      const asked = (await office.heardOf(id, "note"))[index] as { type: string; question: string };
      expect(asked.question).toBe(question);
      await office.call.send("PROMPTS", id, asked.type, answer);
    }
    await office.untilHeard(id, "complete");
    expect(await office.heardOf(id, "complete")).toEqual([["a test", "to pass"]]);
  });

  test("that knows of no agent can be started and tracked all the same", async () => {
    const office = await connect("plain");
    const id = await office.call.run("PLAIN", { order: 7 });
    const output = ["__agentBinding", "__agentName", "__agentOrigin", "__workflowName", "order"];
    expect(await office.untilStatus("PLAIN", id, "complete")).toMatchObject({ output });
    expect(await office.call.tracked(id)).toMatchObject({ status: "queued" });
    await office.call.status("PLAIN", id);
    expect(await office.call.tracked(id)).toMatchObject({ status: "complete" });
  });

  test("create takes every option there is and ignores others; without an agent an AgentWorkflow says so", async () => {
    const office = await connect("direct");
    const [plain, agentless] = [`plain-${origin.within.length}`, `agentless-${origin.within.length}`];
    expect(await office.call.createDirectly("PLAIN", plain)).toBe(plain);
    expect(await office.untilStatus("PLAIN", plain, "complete")).toMatchObject({ output: ["by"] });
    await office.call.createDirectly("REPORTS", agentless);
    const { error } = await office.untilStatus("REPORTS", agentless, "errored");
    expect(error?.message).toContain("Use agent.runWorkflow() to start workflows with proper agent context.");
    expect(await office.call.heard()).toEqual([]);
  });

  test("fifty at once: each is tracked and reports once", async () => {
    const office = await connect("many");
    const ids = await Promise.all(Array.from({ length: 50 }, () => office.call.run("FAILURES", { how: "survive" })));
    for (const id of ids) await office.untilHeard(id, "complete");
    expect((await office.call.heard()).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect((await office.call.list({ status: "complete" })).total).toBe(50);
  });

  test("is forgotten by it on demand, one or many, and lives on in the engine", async () => {
    const office = await connect("forgetful");
    const run = (workflow: string, params: object, kind: string): Promise<string> =>
      office.call.run(workflow, params, { metadata: { kind } });
    const waiting = await run("WAITS", { where: "event" }, "waiting");
    const failed = await run("FAILURES", { how: "throw" }, "a");
    const failedToo = await run("FAILURES", { how: "throw" }, "b");
    const complete = await run("FAILURES", { how: "survive" }, "a");
    for (const id of [failed, failedToo]) await office.untilHeard(id, "error");
    await office.untilHeard(complete, "complete");

    expect(await office.call.forget(waiting)).toBe(true);
    expect(await office.call.forget(waiting)).toBe(false);
    expect(await office.call.tracked(waiting)).toBeNull();
    expect(await office.call.look("WAITS", waiting)).toMatchObject({ status: "running" });
    await expect(office.call.pause(waiting)).rejects.toThrow("not found in tracking table");

    expect(await office.call.forgetAll({ status: "errored", metadata: { kind: "b" } })).toBeGreaterThan(0);
    expect((await office.call.list()).workflows.map((row) => row.workflowId).toSorted()).toEqual(
      [failed, complete].toSorted(),
    );
    expect(await office.call.forgetAll({ status: ["errored", "complete"] })).toBeGreaterThan(0);
    expect(await office.call.forgetAll()).toBe(0);
    expect((await office.call.list()).total).toBe(0);
  });

  test("can be moved to another binding in what it tracks", async () => {
    const office = await connect("moved");
    const id = await office.call.run("PLAIN", {});
    await expect(office.call.migrate("PLAIN", "NO_SUCH")).rejects.toThrow(
      "Workflow binding 'NO_SUCH' not found in environment",
    );
    expect(await office.call.migrate("PLAIN", "REPORTS")).toBe(1);
    expect(await office.call.tracked(id)).toMatchObject({ workflowName: "REPORTS" });
    // The binding has another workflow behind it, which has no such instance.
    await expect(office.call.pause(id)).rejects.toThrow("instance.not_found");
  });
});
