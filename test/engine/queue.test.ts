import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Witness } from "../support/witness.ts";
import { EngineApp } from "./app.ts";
import { PolicyProject } from "./policy-app.ts";

const LIMIT = 3;

let witness: Witness;
let app: EngineApp;
let created: { id: string; workflow: string }[] = [];

async function create(workflow: string, id: string, params: Record<string, unknown> = {}): Promise<string> {
  await app.call("create", [{ id, params }], { workflow });
  created.push({ id, workflow });
  return id;
}

async function createMany(workflow: string, prefix: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  // One after the other, so that it is known who came first.
  for (let n = 0; n < count; n++) ids.push(await create(workflow, `${prefix}-${n}`));
  return ids;
}

/** What has happened to a run as a whole. */
async function historyOf(workflow: string, id: string): Promise<string[]> {
  const events = (await app.call("subscribe", [], { id, workflow })) as { type: string }[];
  return events.map(({ type }) => type).filter((type) => type.startsWith("workflow"));
}

function begun(ids: readonly string[]): string[] {
  return ids.filter((id) => witness.of(id).length > 0);
}

async function statuses(workflow: string, ids: readonly string[]): Promise<string[]> {
  return Promise.all(ids.map(async (id) => (await app.status(id, workflow)).status));
}

afterEach(async () => {
  await Promise.all(
    created.map(({ id, workflow }) => app.call("deleteBatch", [[id]], { workflow }).catch(() => undefined)),
  );
  created = [];
});

describe("concurrency.limit", () => {
  beforeAll(async () => {
    witness = await Witness.start();
    const project = await PolicyProject.make({ witness: witness.url, limit: LIMIT });
    app = await EngineApp.of(project.path, witness);
  });
  afterAll(async () => {
    await app.stop();
  });

  test("so many execute, over all shards; the others are queued and begin in order as room comes", async () => {
    const ids = await createMany("LIMITED", "order", 12);
    await witness.until(ids[LIMIT - 1] ?? "", (seen) => seen.length > 0);
    const expected = ids.map((_, index) => (index < LIMIT ? "running" : "queued"));
    expect(await statuses("LIMITED", ids)).toEqual(expected);
    expect(begun(ids)).toEqual(ids.slice(0, LIMIT));
    for (let done = 1; done <= ids.length - LIMIT; done++) {
      witness.release(ids[done - 1] ?? "", "first");
      await witness.until(ids[done + LIMIT - 1] ?? "", (seen) => seen.length > 0);
      expect(begun(ids)).toEqual(ids.slice(0, done + LIMIT));
    }
    for (const id of ids) witness.release(id, "first");
    for (const id of ids) await app.until(id, "complete", "LIMITED");
    for (const id of ids) expect(witness.of(id)).toEqual(["first"]);
  });

  test("the history of a queued run says when it began", async () => {
    const ids = await createMany("LIMITED", "history", LIMIT + 1);
    const [last = ""] = ids.slice(-1);
    for (const id of ids) witness.release(id, "first");
    await app.until(last, "complete", "LIMITED");
    expect(await historyOf("LIMITED", last)).toEqual([
      "workflow_queued",
      "workflow_started",
      "workflow_running",
      "workflow_completed",
    ]);
  });

  test("whoever sleeps or waits leaves its place to others, and goes first when it wakes", async () => {
    const sleeper = await create("LIMITED", "sleeper", { sleepMs: 8000 });
    const waiter = await create("LIMITED", "waiter", { awaits: "go" });
    for (const id of [sleeper, waiter]) witness.release(id, "first");
    const others = await createMany("LIMITED", "other", LIMIT + 4);
    // All places are taken by those who came later.
    await witness.until(others[LIMIT - 1] ?? "", (seen) => seen.length > 0);
    await app.call("sendEvent", [{ type: "go", payload: 1 }], { id: waiter, workflow: "LIMITED" });
    await app.until(sleeper, "queued", "LIMITED");
    expect(await statuses("LIMITED", [waiter, sleeper])).toEqual(["queued", "queued"]);
    witness.release(others[0] ?? "", "first");
    await witness.until(waiter, (seen) => seen.includes("second"));
    witness.release(others[1] ?? "", "first");
    await witness.until(sleeper, (seen) => seen.includes("second"));
    expect(begun(others)).toEqual(others.slice(0, LIMIT));
    for (const id of others) witness.release(id, "first");
    for (const id of [waiter, sleeper]) witness.release(id, "second");
    for (const id of [...others, waiter, sleeper]) await app.until(id, "complete", "LIMITED");
  });

  test("so does one whose wait began before a step that has ended", async () => {
    const waiters: string[] = [];
    for (let n = 0; n < LIMIT; n++)
      waiters.push(await create("LIMITED", `waits-beside-${n}`, { awaits: "go", beside: true }));
    for (const id of waiters) witness.release(id, "first");
    const later = await create("LIMITED", "later-than-they");
    await witness.until(later, (seen) => seen.length > 0);
    for (const id of waiters) {
      await app.call("sendEvent", [{ type: "go", payload: 1 }], { id, workflow: "LIMITED" });
      witness.release(id, "second");
    }
    witness.release(later, "first");
    for (const id of [...waiters, later]) await app.until(id, "complete", "LIMITED");
    for (const id of waiters) expect(witness.of(id)).toEqual(["first", "second"]);
  });

  test("a queued run can be paused, resumed, terminated and sent events", async () => {
    const [a = "", b = "", c = "", paused = "", ended = "", last = ""] = await createMany("LIMITED", "control", 6);
    await witness.until(c, (seen) => seen.length > 0);
    const control = (id: string, method: string): Promise<unknown> => app.call(method, [], { id, workflow: "LIMITED" });
    await control(paused, "pause");
    await control(ended, "terminate");
    expect(await statuses("LIMITED", [paused, ended, last])).toEqual(["paused", "terminated", "queued"]);
    witness.release(a, "first");
    await witness.until(last, (seen) => seen.length > 0);
    await control(paused, "resume");
    expect(await statuses("LIMITED", [paused])).toEqual(["queued"]);
    // A place comes free as well when a run is paused or restarted: that one stands in line again.
    await control(b, "terminate");
    await witness.until(paused, (seen) => seen.length > 0);
    expect(begun([ended])).toEqual([]);
    for (const id of [c, paused, last]) witness.release(id, "first");
    for (const id of [a, c, paused, last]) await app.until(id, "complete", "LIMITED");
    expect(await historyOf("LIMITED", paused)).toEqual([
      "workflow_queued",
      "workflow_paused",
      "workflow_queued",
      "workflow_started",
      "workflow_running",
      "workflow_completed",
    ]);
  });

  test("a restarted run stands in line again", async () => {
    const ids = await createMany("LIMITED", "restart", LIMIT + 1);
    const [first = "", , , fourth = ""] = ids;
    await witness.until(ids[LIMIT - 1] ?? "", (seen) => seen.length > 0);
    await app.call("restart", [], { id: first, workflow: "LIMITED" });
    await witness.until(fourth, (seen) => seen.length > 0);
    expect(await statuses("LIMITED", [first])).toEqual(["queued"]);
    for (const id of ids) witness.release(id, "first");
    for (const id of ids) await app.until(id, "complete", "LIMITED");
    expect(witness.of(first)).toEqual(["first", "first"]);
  });

  test("after a kill the same runs execute, and the line stands as it stood", async () => {
    const ids = await createMany("LIMITED", "kill", 9);
    await witness.until(ids[LIMIT - 1] ?? "", (seen) => seen.length > 0);
    await app.killAndRestart();
    for (const id of ids.slice(0, LIMIT)) await witness.until(id, (seen) => seen.length === 2);
    expect(begun(ids)).toEqual(ids.slice(0, LIMIT));
    expect(await statuses("LIMITED", ids.slice(LIMIT))).toEqual(ids.slice(LIMIT).map(() => "queued"));
    for (let done = 1; done <= ids.length - LIMIT; done++) {
      witness.release(ids[done - 1] ?? "", "first");
      await witness.until(ids[done + LIMIT - 1] ?? "", (seen) => seen.length > 0);
      expect(begun(ids)).toEqual(ids.slice(0, done + LIMIT));
    }
    for (const id of ids) witness.release(id, "first");
    for (const id of ids) await app.until(id, "complete", "LIMITED");
  });

  test("a workflow without a limit does not wait for one with", async () => {
    const limited = await createMany("LIMITED", "beside", LIMIT + 1);
    const free = await createMany("FREE", "free", 10);
    for (const id of free) await witness.until(id, (seen) => seen.length > 0);
    expect(await statuses("LIMITED", limited.slice(LIMIT))).toEqual(["queued"]);
    for (const id of [...limited, ...free]) witness.release(id, "first");
    for (const id of limited) await app.until(id, "complete", "LIMITED");
    for (const id of free) await app.until(id, "complete", "FREE");
  });
});

describe("--max-live-runs", () => {
  beforeAll(async () => {
    witness = await Witness.start();
    const project = await PolicyProject.make({ witness: witness.url });
    app = await EngineApp.of(project.path, witness, ["--max-live-runs", "4", "--shards", "2"]);
  });
  afterAll(async () => {
    await app.stop();
  });

  test("so many are in memory; the others are queued, and all come to their turn", async () => {
    const ids = await createMany("FREE", "many", 30);
    for (const id of ids) {
      if ((await statuses("FREE", [id]))[0] === "running") await witness.until(id, (seen) => seen.length > 0);
    }
    const running = (await statuses("FREE", ids)).filter((status) => status === "running").length;
    expect(running).toBe(4);
    expect(begun(ids)).toHaveLength(4);
    await app.killAndRestart();
    for (const id of ids) witness.release(id, "first");
    for (const id of ids) await app.until(id, "complete", "FREE");
  });

  test("a run that was paused in line and is resumed when there is room begins then", async () => {
    const ids = await createMany("FREE", "paused", 20);
    const queued = await statuses("FREE", ids);
    const paused = ids[queued.indexOf("queued")] ?? "";
    await app.call("pause", [], { id: paused, workflow: "FREE" });
    const others = ids.filter((id) => id !== paused);
    for (const id of ids) witness.release(id, "first");
    for (const id of others) await app.until(id, "complete", "FREE");
    expect(await statuses("FREE", [paused])).toEqual(["paused"]);
    await app.call("resume", [], { id: paused, workflow: "FREE" });
    await app.until(paused, "complete", "FREE");
    const history = await historyOf("FREE", paused);
    expect(history.slice(0, 2)).toEqual(["workflow_queued", "workflow_paused"]);
    expect(history.slice(-3)).toEqual(["workflow_started", "workflow_running", "workflow_completed"]);
  });

  test("a run that waits makes room for others", async () => {
    const sleepers: string[] = [];
    for (let n = 0; n < 8; n++) sleepers.push(await create("FREE", `waits-${n}`, { awaits: "go" }));
    for (const id of sleepers) witness.release(id, "first");
    const later = await createMany("FREE", "later", 4);
    for (const id of later) await witness.until(id, (seen) => seen.length > 0);
    expect(begun([...sleepers, ...later])).toHaveLength(12);
    for (const id of sleepers) {
      await app.call("sendEvent", [{ type: "go", payload: 1 }], { id, workflow: "FREE" });
      witness.release(id, "second");
    }
    for (const id of later) witness.release(id, "first");
    for (const id of [...sleepers, ...later]) await app.until(id, "complete", "FREE");
  });
});
