import { describe, expect, test, vi } from "vitest";
import { gatewayApp } from "./gateway-app.ts";
import type { Part, Report } from "../fixtures/gateway-app/program.ts";

// What a run reports takes effect once, in its own view, and only while it is under way.

const app = gatewayApp();

const add = (value: unknown): Report => ({ report: "addResult", args: [value] });
const at = (step: string, progress?: number): Report => ({
  report: "updateStep",
  args: progress === undefined ? [step] : [step, progress],
});

describe("a step that fails and is tried again", () => {
  test("twice after it has added a result leaves one result", async () => {
    const client = await app.connect("retried");
    const id = await client.start([{ step: "work", deeds: [add("once"), { failures: 2 }, add("at last")] }]);
    const run = await client.untilRun(id, ({ status }) => status === "complete");
    expect(run).toMatchObject({ results: ["once", "at last"], totalResults: 2, progress: 100, error: null });
  });

  test("adds each of several results once, in order", async () => {
    const client = await app.connect("retried-many");
    const id = await client.start([
      {
        step: "work",
        deeds: [
          add(1),
          { failures: 1 },
          add(2),
          add(3),
          { failures: 2 },
          at("nearly", 90),
          add(4),
          { failures: 3 },
          add(5),
        ],
      },
    ]);
    const run = await client.untilRun(id, ({ status }) => status === "complete");
    expect(run.results).toEqual([1, 2, 3, 4, 5]);
  });

  test("and of the same name as another: each has its own results", async () => {
    const client = await app.connect("same-name");
    const work: Part = { step: "work", deeds: [add("same"), { failures: 1 }] };
    const id = await client.start([work, work, work]);
    const run = await client.untilRun(id, ({ status }) => status === "complete");
    expect(run.results).toEqual(["same", "same", "same"]);
  });

  test("for good fails the run, with what it had added", async () => {
    const client = await app.connect("retried-in-vain");
    const id = await client.start([{ step: "work", deeds: [add("once"), { failures: 9 }] }]);
    const run = await client.untilRun(id, ({ status }) => status === "error");
    expect(run).toMatchObject({ results: ["once"], error: "attempt 4 of work" });
    expect(client.state).toMatchObject({ status: "error", error: "attempt 4 of work", workflowInstanceId: id });
  });
});

describe("killed in the middle", () => {
  test("of a step and between steps, a run leaves every result once and in order", async () => {
    const before = await app.connect("killed");
    const numbers = Array.from({ length: 5 }, (_, n) => n);
    const program: Part[] = [
      ...numbers.map((n): Part => ({ step: `first ${n}`, deeds: [add(n), at(`first ${n}`, n)] })),
      add("between"),
      at("between", 30),
      { step: "gate", deeds: [add("before the gate"), { gate: "middle" }, add("after the gate")] },
      add("after the step"),
      ...numbers.map((n): Part => ({ step: `second ${n}`, deeds: [add(`second ${n}`)] })),
    ];
    const id = await before.start(program);
    await before.untilAwaited("middle");
    for (let kills = 0; kills < 2; kills++) {
      await app.server.kill9();
      await app.server.restart();
      const between = await app.connect("killed");
      await between.untilAwaited("middle");
      expect(between.run(id)).toMatchObject({ status: "running", step: "between", progress: 30, totalResults: 7 });
    }
    const after = await app.connect("killed");
    await after.call("openGate", "middle");
    const run = await after.untilRun(id, ({ status }) => status === "complete");
    expect(run.results).toEqual([
      ...numbers,
      "between",
      "before the gate",
      "after the gate",
      "after the step",
      ...numbers.map((n) => `second ${n}`),
    ]);
  });

  test("at any moment, many runs at once leave every result once and in order", async () => {
    const before = await app.connect("killed-anywhere");
    const parts = Array.from({ length: 30 }, (_, n) => n);
    const program = parts.flatMap((n): Part[] => [
      { step: `step ${n}`, deeds: [add(n), { failures: n % 7 === 0 ? 1 : 0 }, at(`step ${n}`, n)] },
      ...(n % 5 === 0 ? [add(`after ${n}`)] : []),
      ...(n % 10 === 9 ? [{ sleepMs: 50 } as const] : []),
    ]);
    const ids = await Promise.all(
      ["a", "b", "c", "d"].map((name) => before.start(program, { instanceId: `any-${name}` })),
    );
    for (let kills = 0; kills < 3; kills++) {
      const seen = (await app.connect("killed-anywhere")).run("any-a")?.totalResults ?? 0;
      const client = await app.connect("killed-anywhere");
      // Further than it was, unless it is over.
      await client.untilRun("any-a", ({ totalResults, status }) => totalResults > seen || status === "complete");
      await app.server.kill9();
      await app.server.restart();
    }
    const after = await app.connect("killed-anywhere");
    const expected = parts.flatMap((n) => [n, ...(n % 5 === 0 ? [`after ${n}`] : [])]);
    for (const id of ids) {
      await after.untilRun(id, ({ status }) => status === "complete");
      const answer = await after.must({ type: "results", instanceId: id, from: 0, limit: 200 });
      expect(answer).toMatchObject({ results: expected, total: expected.length });
    }
  });
});

describe("what does not count any more", () => {
  test("a report of a cancelled run does not revive it", async () => {
    const client = await app.connect("cancelled");
    const id = await client.start([
      { step: "work", deeds: [add("before"), at("working", 40), { gate: "held" }, add("after"), at("after", 90)] },
    ]);
    await client.untilAwaited("held");
    await client.must({ type: "cancel", instanceId: id });
    await client.untilRun(id, ({ status }) => status === "cancelled");
    await client.call("openGate", "held");
    // A run that comes after it is through, so the late reports have come.
    const other = await client.start([{ step: "work", deeds: [{ gate: "held" }] }]);
    await client.untilRun(other, ({ status }) => status === "complete");
    expect(client.run(id)).toMatchObject({ status: "cancelled", results: ["before"], step: "working", progress: 40 });
  });

  test("nothing completes a failed run, or goes back in progress", async () => {
    const client = await app.connect("failed");
    const id = await client.start([
      { step: "fail", deeds: [at("failing", 20), { report: "setWorkflowError", args: ["no luck"] }] },
      { step: "go on", deeds: [at("going on", 60), add("late"), { report: "completeWorkflow", args: ["done"] }] },
    ]);
    await client.untilRun(id, ({ status }) => status === "error");
    await untilEngineStatus(client, id, "complete");
    const view = {
      status: "error",
      error: "no luck",
      results: [],
      step: "failing",
      progress: 20,
    };
    // What the agent knows is sent a frame later.
    await vi.waitFor(() => expect(client.run(id)).toMatchObject(view), { timeout: 30_000 });
  });

  test("nothing fails a completed run", async () => {
    const client = await app.connect("completed");
    const id = await client.start([
      { step: "complete", deeds: [{ report: "completeWorkflow", args: ["done"] }] },
      { step: "fail", deeds: [{ report: "setWorkflowError", args: ["too late"] }, add("late")] },
    ]);
    await untilEngineStatus(client, id, "complete");
    const view = {
      status: "complete",
      error: null,
      results: ["done"],
      step: null,
      progress: 100,
    };
    // What the agent knows is sent a frame later.
    await vi.waitFor(() => expect(client.run(id)).toMatchObject(view), { timeout: 30_000 });
  });
});

describe("a run ends", () => {
  test("complete when it returns, without a word of its own", async () => {
    const client = await app.connect("silent");
    const id = await client.start([{ step: "work", deeds: [] }]);
    expect(await client.untilRun(id, ({ status }) => status !== "running")).toMatchObject({
      status: "complete",
      progress: 100,
      results: [],
    });
  });

  test("failed when it throws, whatever its class", async () => {
    const client = await app.connect("throws");
    for (const workflow of ["WORK", "MORE_WORK", "PLAIN_WORK"]) {
      const id = await client.start([{ throw: `boom in ${workflow}` }], { workflow });
      const run = await client.untilRun(id, ({ status }) => status === "error");
      expect(run).toMatchObject({ error: `boom in ${workflow}`, workflow });
    }
  });

  test("complete with the result that it gives, once", async () => {
    const client = await app.connect("final");
    for (const workflow of ["WORK", "MORE_WORK", "PLAIN_WORK", "OLD_WORK"]) {
      const id = await client.start(
        [{ step: "end", deeds: [add("a"), { report: "completeWorkflow", args: ["final"] }] }],
        { workflow },
      );
      const run = await client.untilRun(id, ({ status }) => status === "complete");
      expect(run).toMatchObject({ results: ["a", "final"], step: null, progress: 100 });
    }
  });
});

describe("what the Agents SDK's own methods report", () => {
  test.each(["WORK", "PLAIN_WORK"])("shows in the view of the run (%s)", async (workflow) => {
    const client = await app.connect(`sdk-${workflow}`);
    const id = await client.start(
      [
        { progress: { step: "fetch", percent: 0.25 } },
        { step: "hold", deeds: [{ gate: "progress" }] },
        { progress: { message: "Half way", percent: 0.5 } },
        { wait: "go on", event: "go" },
        { reportComplete: { sum: 5 } },
      ],
      { workflow },
    );
    await client.untilRun(id, ({ step, progress }) => step === "fetch" && progress === 25);
    await client.call("openGate", "progress");
    await client.untilRun(id, ({ step, progress }) => step === "Half way" && progress === 50);
    await client.must({ type: "sendEvent", instanceId: id, event: { type: "go" } });
    const run = await client.untilRun(id, ({ status }) => status === "complete");
    expect(run.results).toEqual([{ sum: 5 }]);
    const heard = (await client.call("heard")) as string[];
    expect(heard.filter((entry) => entry.startsWith("complete"))).toEqual([`complete ${id}`]);
    await expect.poll(async () => client.call("tracked", id), { timeout: 20_000 }).toBe("complete");
  });
});

describe("reports that do not say where they come from", () => {
  test("go to the only run that they can mean", async () => {
    const client = await app.connect("plain");
    const keyed = await client.start([{ step: "mine", deeds: [at("mine", 10), { gate: "keyed" }] }]);
    await client.untilAwaited("keyed");
    const old = await client.start([{ step: "theirs", deeds: [at("theirs", 70), add("theirs"), { gate: "old" }] }], {
      workflow: "OLD_WORK",
    });
    await client.untilRun(old, ({ totalResults }) => totalResults === 1);
    expect(client.run(keyed)).toMatchObject({ step: "mine", progress: 10, totalResults: 0 });
    expect(client.run(old)).toMatchObject({ step: "theirs", progress: 70, results: ["theirs"] });
  });

  test("are refused where a guess could put them into another run's view", async () => {
    const client = await app.connect("ambiguous");
    const program: Part[] = [
      { step: "wait", deeds: [{ gate: "both" }] },
      { step: "report", deeds: [add("whose?")], retries: 0 },
    ];
    const ids = [
      await client.start(program, { workflow: "OLD_WORK" }),
      await client.start(program, { workflow: "OLD_WORK" }),
    ];
    await client.untilAwaited("both");
    await client.call("openGate", "both");
    for (const id of ids) {
      const answer = await untilEngineStatus(client, id, "errored");
      expect(answer["error"]).toContain("extend DurableWorkflow");
    }
    const { runs } = await client.untilState((state) => state.runs.length === 2);
    expect(runs.map(({ totalResults }) => totalResults)).toEqual([0, 0]);
  });
});

describe("many runs at once", () => {
  test("each has its own view, and the one that was started last is the current one", async () => {
    const client = await app.connect("many");
    const names = ["a", "b", "c", "d", "e"];
    const programOf = (name: string): Part[] => [
      { step: "begin", deeds: [at(`begin ${name}`, 10), add(`${name}1`)] },
      { step: "hold", deeds: [{ gate: `gate-${name}` }] },
      { step: "end", deeds: [at(`end ${name}`, 80), add(`${name}2`)] },
      ...(name === "c" ? [{ throw: "c is unlucky" } as const] : []),
    ];
    for (const name of names) await client.start(programOf(name), { instanceId: `many-${name}` });
    for (const name of names) await client.untilAwaited(`gate-${name}`);
    for (const name of names) {
      const run = await client.untilRun(`many-${name}`, ({ totalResults }) => totalResults === 1);
      expect(run).toMatchObject({ status: "running", step: `begin ${name}`, results: [`${name}1`] });
    }
    expect(client.state).toMatchObject({
      status: "running",
      workflowInstanceId: "many-e",
      currentStep: "begin e",
      totalRuns: 5,
    });
    expect(client.state?.runs.map(({ number }) => number)).toEqual([5, 4, 3, 2, 1]);

    await client.must({ type: "cancel", instanceId: "many-b" });
    await client.must({ type: "pause", instanceId: "many-d" });
    for (const name of names) await client.call("openGate", `gate-${name}`);
    for (const name of ["a", "e"]) {
      const run = await client.untilRun(`many-${name}`, ({ status }) => status === "complete");
      expect(run.results).toEqual([`${name}1`, `${name}2`]);
    }
    expect(await client.untilRun("many-c", ({ status }) => status === "error")).toMatchObject({
      error: "c is unlucky",
    });
    expect(client.run("many-b")).toMatchObject({ status: "cancelled", results: ["b1"] });
    expect(client.run("many-d")).toMatchObject({ status: "paused", results: ["d1"] });
    expect(client.state).toMatchObject({ status: "complete", workflowInstanceId: "many-e", results: ["e1", "e2"] });

    await client.must({ type: "resume", instanceId: "many-d" });
    await client.untilRun("many-d", ({ status }) => status === "complete");
  });
});

async function untilEngineStatus(
  client: Awaited<ReturnType<typeof app.connect>>,
  instanceId: string,
  status: string,
): Promise<Record<string, unknown>> {
  for (;;) {
    const answer = await client.must({ type: "status", instanceId });
    if (answer.type === "workflow_status" && answer.status === status) return { ...answer };
  }
}
