import { describe, expect, test } from "vitest";
import type { Part, Report } from "../fixtures/gateway-app/program.ts";
import { gatewayApp } from "./gateway-app.ts";

// What clients ask of an agent and its runs, over the WebSocket and over HTTP.

const app = gatewayApp();

const add = (value: unknown): Report => ({ report: "addResult", args: [value] });
const held = (gate: string): Part => ({ step: "hold", deeds: [{ gate }] });

describe("start", () => {
  test("takes a workflow, an id and a task, and tells the run whom to report to", async () => {
    const client = await app.connect("start");
    const answer = await client.must({
      type: "start",
      workflow: "MORE_WORK",
      instanceId: "chosen",
      taskId: "task-7",
      params: { program: [], agentId: "somebody else" },
    });
    expect(answer).toMatchObject({ type: "workflow_started", instanceId: "chosen" });
    await client.untilRun("chosen", ({ status }) => status === "complete");
    expect(client.run("chosen")).toMatchObject({ workflow: "MORE_WORK", number: 1 });
    // It reports to nobody but the agent that has started it, whatever its params were to say.
    const old = await client.start([add("mine")], { workflow: "OLD_WORK", params: { agentId: "somebody else" } });
    await client.untilRun(old, ({ totalResults }) => totalResults === 1);
  });

  test("refuses an id that is taken, by a run of this agent or of another", async () => {
    const [client, other] = [await app.connect("taken"), await app.connect("taken-elsewhere")];
    await client.start([], { instanceId: "unique" });
    const again = await client.ask({ type: "start", instanceId: "unique", params: { program: [] } });
    expect(again).toMatchObject({ type: "error", code: "id_taken", instanceId: "unique" });
    const elsewhere = await other.ask({ type: "start", instanceId: "unique", params: { program: [] } });
    expect(elsewhere).toMatchObject({ type: "error", code: "id_taken" });
    expect(other.state).toMatchObject({ status: "idle", runs: [], totalRuns: 0 });
  });

  test("refuses a workflow that clients may not start, and one that there is not", async () => {
    const client = await app.connect("forbidden-workflow");
    for (const workflow of ["SECRET_WORK", "NO_SUCH_WORK", "Office"]) {
      const answer = await client.ask({ type: "start", workflow, params: { program: [] } });
      expect(answer).toMatchObject({ type: "error", code: "unknown_workflow" });
    }
    expect(client.state).toMatchObject({ status: "idle", totalRuns: 0 });
  });

  test("of the same id by many at once starts one run", async () => {
    const clients = await Promise.all([1, 2, 3, 4].map(() => app.connect("race")));
    const start = { type: "start", instanceId: "race", params: { program: [add("once")] } } as const;
    const answers = await Promise.all(clients.map((client) => client.ask(start)));
    expect(answers.map(({ type }) => type).toSorted()).toEqual(["error", "error", "error", "workflow_started"]);
    const run = await clients[0]?.untilRun("race", ({ status }) => status === "complete");
    expect(run?.results).toEqual(["once"]);
  });

  test("admits so many runs under way and no more", async () => {
    const client = await app.connect("full", "", "closet");
    for (const n of [1, 2, 3]) await client.start([held("full")], { instanceId: `full-${n}` });
    const answer = await client.ask({ type: "start", params: { program: [] } });
    expect(answer).toMatchObject({ type: "error", code: "too_many_runs" });
    await client.must({ type: "cancel", instanceId: "full-2" });
    await client.start([], { instanceId: "full-4" });
  });
});

describe("pause, resume, cancel, restart", () => {
  test("a run that is paused while it waits goes on when it is resumed", async () => {
    const client = await app.connect("pause");
    const id = await client.start([{ wait: "for news", event: "news" }, add("after")]);
    await client.untilRun(id, ({ waitingFor }) => waitingFor.length === 1);
    await client.must({ type: "pause", instanceId: id });
    await client.untilRun(id, ({ status }) => status === "paused");
    // Somebody else may have been faster.
    await client.must({ type: "pause", instanceId: id });
    await client.must({ type: "sendEvent", instanceId: id, event: { type: "news", payload: "good" } });
    await client.untilRun(id, ({ waitingFor }) => waitingFor.length === 0);
    expect(client.run(id)).toMatchObject({ status: "paused", results: [] });
    await client.must({ type: "resume", instanceId: id });
    await client.untilRun(id, ({ status }) => status === "complete");
    expect(await client.ask({ type: "resume", instanceId: id })).toMatchObject({ code: "not_now" });
  });

  test("a run that says it is complete while it is being paused is paused, and complete once it is let go on", async () => {
    const client = await app.connect("pause-at-the-end");
    const id = await client.start([
      { step: "end", deeds: [{ gate: "end" }, { report: "completeWorkflow", args: ["done"] }] },
      { sleepMs: 1 },
    ]);
    await client.untilAwaited("end");
    await client.must({ type: "pause", instanceId: id });
    await client.call("openGate", "end");
    await client.untilRun(id, ({ totalResults }) => totalResults === 1);
    expect(client.run(id)).toMatchObject({ status: "paused", endedAt: null });
    await client.must({ type: "resume", instanceId: id });
    const run = await client.untilRun(id, ({ status }) => status === "complete");
    expect(run.results).toEqual(["done"]);
  });

  test("a restarted run begins anew: its results are its second life's alone", async () => {
    const client = await app.connect("restart");
    const id = await client.start([
      add("one"),
      held("restart"),
      { step: "two", deeds: [add("two")] },
      { throw: "end" },
    ]);
    await client.untilAwaited("restart");
    await client.call("openGate", "restart");
    const failed = await client.untilRun(id, ({ status }) => status === "error");
    expect(failed.results).toEqual(["one", "two"]);
    await client.must({ type: "restart", instanceId: id });
    const again = await client.untilRun(
      id,
      ({ status, startedAt }) => status === "error" && startedAt > failed.startedAt,
    );
    expect(again).toMatchObject({ results: ["one", "two"], number: 1, error: "end" });
  });
});

describe("approval", () => {
  test("from one client shows in all, and the run goes on with what was decided", async () => {
    const [one, two] = [await app.connect("approval"), await app.connect("approval")];
    const id = await one.start([{ approval: true }, add("approved")]);
    const run = await two.untilRun(id, ({ waitingFor }) => waitingFor.length === 1);
    expect(run.waitingFor).toEqual([
      { step: "wait-for-approval", event: "approval", since: expect.any(Number), until: expect.any(Number) },
    ]);
    const [wait] = run.waitingFor;
    expect((wait?.until ?? 0) - (wait?.since ?? 0)).toBe(60 * 60_000);
    await one.must({ type: "approve", instanceId: id, reason: "fine", metadata: { by: "one" } });
    await Promise.all([one, two].map((client) => client.untilRun(id, ({ waitingFor }) => waitingFor.length === 0)));
    const done = await two.untilRun(id, ({ status }) => status === "complete");
    expect(done.results).toEqual(["approved"]);
  });

  test("is taken once: of two who decide, the second is told that nothing waits any more", async () => {
    const client = await app.connect("approved-twice");
    const id = await client.start([{ approval: true }, held("between"), { approval: true }, add("both")]);
    await client.untilRun(id, ({ waitingFor }) => waitingFor.length === 1);
    const answers = await Promise.all([
      client.ask({ type: "approve", instanceId: id }),
      client.ask({ type: "approve", instanceId: id }),
      client.ask({ type: "reject", instanceId: id }),
    ]);
    expect(answers.map((answer) => ("code" in answer ? answer.code : answer.type)).toSorted()).toEqual([
      "done",
      "not_waiting",
      "not_waiting",
    ]);
    await client.untilAwaited("between");
    await client.untilRun(id, ({ waitingFor }) => waitingFor.length === 0);
    await client.call("openGate", "between");
    // The second question is still open.
    await client.untilRun(id, ({ waitingFor }) => waitingFor.length === 1);
    await client.must({ type: "approve", instanceId: id });
    await client.untilRun(id, ({ status }) => status === "complete");
  });

  test("refused fails the run with the reason", async () => {
    const client = await app.connect("rejected");
    const id = await client.start([{ approval: true }, add("never")]);
    await client.untilRun(id, ({ waitingFor }) => waitingFor.length === 1);
    await client.must({ type: "reject", instanceId: id, reason: "too dear" });
    const run = await client.untilRun(id, ({ status }) => status === "error");
    expect(run).toMatchObject({ error: "too dear", results: [], waitingFor: [] });
  });

  test("of another event, and of workflows that do not say what they wait for", async () => {
    const client = await app.connect("other-events");
    const own = await client.start([{ wait: "for the boss", event: "boss" }]);
    await client.untilRun(own, ({ waitingFor }) => waitingFor.some(({ event }) => event === "boss"));
    expect(await client.ask({ type: "approve", instanceId: own })).toMatchObject({ code: "not_waiting" });
    await client.must({ type: "approve", instanceId: own, event: "boss" });
    await client.untilRun(own, ({ status }) => status === "complete");
    const old = await client.start([{ wait: "for approval", event: "approval" }], { workflow: "OLD_WORK" });
    await client.must({ type: "approve", instanceId: old });
    await client.call("compareNow");
    await expect
      .poll(async () => client.ask({ type: "status", instanceId: old }), { timeout: 20_000 })
      .toMatchObject({
        status: "complete",
        output: { approved: true },
      });
  });

  test("waits that a run had before the server was killed are still its own after it", async () => {
    const before = await app.connect("killed-waiting");
    const id = await before.start([{ wait: "first", event: "first" }, { approval: true }, add("through")]);
    const first = await before.untilRun(id, ({ waitingFor }) => waitingFor[0]?.event === "first");
    await before.must({ type: "sendEvent", instanceId: id, event: { type: "first" } });
    const second = await before.untilRun(id, ({ waitingFor }) => waitingFor[0]?.event === "approval");
    expect(first.waitingFor).toHaveLength(1);
    await app.server.kill9();
    await app.server.restart();
    const after = await app.connect("killed-waiting");
    await after.untilRun(id, ({ waitingFor }) => waitingFor.length === 1);
    expect(after.run(id)?.waitingFor).toEqual(second.waitingFor);
    await after.must({ type: "approve", instanceId: id });
    await after.untilRun(id, ({ status }) => status === "complete");
    expect(after.run(id)?.results).toEqual(["through"]);
  });
});

describe("results", () => {
  test("of a long run are bounded in the state, and read in pages", async () => {
    const client = await app.connect("pages");
    const numbers = Array.from({ length: 500 }, (_, n) => n);
    const id = await client.start([{ step: "add", deeds: numbers.map(add) }]);
    const run = await client.untilRun(id, ({ status }) => status === "complete");
    expect(run).toMatchObject({ results: numbers.slice(-50), totalResults: 500 });
    expect(client.state).toMatchObject({ results: numbers.slice(-50), totalResults: 500 });
    const page = await client.must({ type: "results", instanceId: id });
    expect(page).toMatchObject({ from: 450, total: 500, results: numbers.slice(-50) });
    const read: unknown[] = [];
    while (read.length < 500) {
      const next = await client.must({ type: "results", instanceId: id, from: read.length, limit: 200 });
      if (next.type !== "results") throw new Error(next.type);
      expect(next.results.length).toBeGreaterThan(0);
      read.push(...next.results);
    }
    expect(read).toEqual(numbers);
    expect(await client.must({ type: "results", instanceId: id, from: 500 })).toMatchObject({
      results: [],
      total: 500,
    });
  });

  test("of little room: the newest that fit, by number and by size", async () => {
    const client = await app.connect("little-room", "", "closet");
    const id = await client.start([add(1), add(2), add(3), add(4), held("a")]);
    await client.untilRun(id, ({ totalResults }) => totalResults === 4);
    expect(client.run(id)?.results).toEqual([2, 3, 4]);
    const long = "x".repeat(30);
    const other = await client.start([add("short"), add(long), add("end")]);
    await client.untilRun(other, ({ totalResults }) => totalResults === 3);
    expect(client.run(other)?.results).toEqual([long, "end"]);
    const third = await client.start([add("x".repeat(100))]);
    await client.untilRun(third, ({ totalResults }) => totalResults === 1);
    expect(client.run(third)?.results).toEqual([]);
    expect(await client.must({ type: "results", instanceId: third })).toMatchObject({
      results: ["x".repeat(100)],
      from: 0,
    });
  });

  test("that are no JSON fail the step with a reason; nothing is kept of them", async () => {
    const client = await app.connect("no-json");
    const id = await client.start([{ step: "add", deeds: [add("x".repeat(1_000_001))], retries: 0 }]);
    const run = await client.untilRun(id, ({ status }) => status === "error");
    expect(run).toMatchObject({ totalResults: 0, error: expect.stringContaining("A result has at most 1000000") });
  });
});

describe("past runs", () => {
  test("are listed in pages and deleted with their results; those under way are not", async () => {
    const client = await app.connect("past");
    const ids = Array.from({ length: 7 }, (_, n) => `past-${n}`);
    for (const id of ids) {
      await client.start([add(id)], { instanceId: id });
      await client.untilRun(id, ({ status }) => status === "complete");
    }
    const live = await client.start([held("past")]);
    const first = await client.must({ type: "runs", limit: 5 });
    expect(first).toMatchObject({ total: 8, next: 4 });
    if (first.type !== "runs") throw new Error(first.type);
    expect(first.runs.map(({ id }) => id)).toEqual([live, ...ids.slice(3).toReversed()]);
    expect(first.runs[0]).not.toHaveProperty("results");
    const rest = await client.must({ type: "runs", before: 4, limit: 5 });
    expect(rest).toMatchObject({ total: 8, next: null, runs: [{ id: "past-2" }, { id: "past-1" }, { id: "past-0" }] });

    expect(await client.ask({ type: "delete", instanceId: live })).toMatchObject({ code: "not_now" });
    await client.must({ type: "delete", instanceId: "past-3" });
    await client.untilState(({ totalRuns, runs }) => totalRuns === 7 && !runs.some(({ id }) => id === "past-3"));
    for (const type of ["run", "results", "status", "delete"] as const) {
      expect(await client.ask({ type, instanceId: "past-3" })).toMatchObject({ code: "unknown_run" });
    }
    expect(await client.call("tracked", "past-3")).toBeNull();
    expect(await client.must({ type: "run", instanceId: "past-6" })).toMatchObject({ run: { results: ["past-6"] } });
  });

  test("the current one leaves the agent idle when it is deleted", async () => {
    const client = await app.connect("past-current");
    const id = await client.start([add("x")]);
    await client.untilRun(id, ({ status }) => status === "complete");
    await client.must({ type: "delete", instanceId: id });
    const state = await client.untilState(({ totalRuns }) => totalRuns === 0);
    expect(state).toMatchObject({ status: "idle", results: [], workflowInstanceId: null, runs: [] });
  });

  test("more than are to be kept are forgotten, the oldest first; the state shows the newest", async () => {
    const client = await app.connect("kept", "", "closet");
    for (const n of [1, 2, 3, 4]) {
      await client.start([], { instanceId: `kept-${n}` });
      await client.untilState(({ runs }) => runs.some(({ id, status }) => id === `kept-${n}` && status === "complete"));
    }
    await client.start([held("kept")], { instanceId: "kept-5" });
    const page = await client.must({ type: "runs" });
    expect(page).toMatchObject({ runs: [{ id: "kept-5" }, { id: "kept-4" }, { id: "kept-3" }], total: 3 });
    // What is shown follows a frame later.
    const state = await client.untilState(({ runs }) => runs[0]?.id === "kept-5");
    expect(state.totalRuns).toBe(3);
    expect(state.runs.map(({ id }) => id)).toEqual(["kept-5", "kept-4"]);
  });
});

describe("over HTTP", () => {
  const ask = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(`${app.server.url}/agents/office/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };

  test("everything that can be asked over the WebSocket can be asked", async () => {
    const client = await app.connect("http");
    const started = await ask("POST", "http/start", {
      instanceId: "by-http",
      params: { program: [add(1), { approval: true }] },
    });
    expect(started).toMatchObject({
      status: 200,
      body: { success: true, instanceId: "by-http", state: { status: "running", workflowInstanceId: "by-http" } },
    });
    await client.untilRun("by-http", ({ waitingFor }) => waitingFor.length === 1);
    expect(await ask("GET", "http/runs?limit=1")).toMatchObject({
      body: { runs: [{ id: "by-http" }], total: 1, next: null },
    });
    expect(await ask("GET", "http/runs/by-http")).toMatchObject({ body: { run: { results: [1], status: "running" } } });
    expect(await ask("GET", "http/runs/by-http/results?from=0")).toMatchObject({ body: { results: [1], total: 1 } });
    expect(await ask("GET", "http/runs/by-http/status")).toMatchObject({ body: { status: "running" } });
    expect(await ask("POST", "http/runs/by-http/pause")).toMatchObject({ status: 200 });
    expect(await ask("POST", "http/runs/by-http/resume")).toMatchObject({ status: 200 });
    expect(await ask("POST", "http/runs/by-http/approve", { reason: "fine" })).toMatchObject({ status: 200 });
    await client.untilRun("by-http", ({ status }) => status === "complete");
    expect(await ask("DELETE", "http/runs/by-http")).toMatchObject({ status: 200 });
    expect(await ask("GET", "http/state")).toMatchObject({ body: { state: { status: "idle", totalRuns: 0 } } });
    expect(await ask("GET", "http")).toMatchObject({ body: { message: "WorkflowAgent ready" } });
  });

  test.each<[string, string, unknown, number, string]>([
    ["GET", "errors/runs/nobody", undefined, 404, "unknown_run"],
    ["POST", "errors/runs/nobody/cancel", undefined, 404, "unknown_run"],
    ["POST", "errors/start", "no object", 400, "malformed"],
    ["POST", "errors/start", { instanceId: "a b" }, 400, "malformed"],
    ["POST", "errors/start", { workflow: "SECRET_WORK" }, 404, "unknown_workflow"],
    ["GET", "errors/runs?limit=many", undefined, 400, "malformed"],
    ["GET", "errors/runs/%E0%A4%A", undefined, 400, "malformed"],
    ["POST", "errors/runs/nobody/explode", undefined, 404, "not_found"],
    ["PUT", "errors/runs", undefined, 404, "not_found"],
    ["POST", "errors/start", { params: { text: "x".repeat(1_100_000) } }, 413, "too_large"],
  ])("%s %s is answered with its error", async (method, path, body, status, code) => {
    expect(await ask(method, path, body)).toMatchObject({
      status,
      body: { error: { code, message: expect.any(String) } },
    });
  });
});
