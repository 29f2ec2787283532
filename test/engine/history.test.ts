import { afterAll, beforeAll, expect, test } from "vitest";
import { EngineApp } from "./app.ts";

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start();
});
afterAll(async () => {
  await app.stop();
});

interface Event {
  eventId: number;
  timestamp: number;
  type: string;
  [fact: string]: unknown;
}

/** Reads a run's history to its end through `subscribe()` of the fixture. */
async function history(id: string, options?: unknown): Promise<Event[]> {
  return (await app.call("subscribe", options === undefined ? [] : [options], { id })) as Event[];
}

function lines(events: Event[]): string[] {
  return events.map(({ type, stepName, attempt }) =>
    [type, stepName, attempt]
      .flatMap((part) => (part === undefined ? [] : [JSON.stringify(part).replaceAll('"', "")]))
      .join(" "),
  );
}

test("a run's history tells its steps, attempts and end, in order", async () => {
  const { id } = await app.run("fails twice");
  const events = await history(id);
  expect(lines(events)).toEqual([
    "workflow_queued",
    "workflow_started",
    "workflow_running",
    "step_started flaky-1",
    "attempt_started flaky-1 1",
    "attempt_errored flaky-1 1",
    "attempt_started flaky-1 2",
    "attempt_errored flaky-1 2",
    "attempt_started flaky-1 3",
    "attempt_completed flaky-1 3",
    "step_completed flaky-1",
    "workflow_completed",
  ]);
  expect(events.map(({ eventId }) => eventId)).toEqual(events.map(({ eventId }) => eventId).toSorted((a, b) => a - b));
  expect(events.find(({ type }) => type === "attempt_errored")).toMatchObject({
    error: { name: "TypeError", message: "boom 1" },
    retryDelayMs: 20,
  });
  expect(events.at(-1)).toMatchObject({ instanceId: id, output: 3 });
});

test("it is the same after a kill, and shows pauses, waits and sleeps", async () => {
  const id = await app.create("waits");
  await app.control(id, "pause");
  await app.control(id, "resume");
  await app.killAndRestart();
  await app.send(id, { n: 1 });
  await app.until(id, "complete");
  expect(lines(await history(id))).toEqual([
    "workflow_queued",
    "workflow_started",
    "workflow_running",
    "wait_started wait-1",
    "workflow_paused",
    "workflow_running",
    "wait_completed wait-1",
    "step_started received-1",
    "attempt_started received-1 1",
    "attempt_completed received-1 1",
    "step_completed received-1",
    "workflow_completed",
  ]);
  const { id: slept } = await app.run("sleeps", { ms: 20 });
  expect(await history(slept, { filter: ["sleep_started", "sleep_completed"] })).toMatchObject([
    { type: "sleep_started", stepName: "nap-1", durationMs: 20 },
    { type: "sleep_completed", stepName: "nap-1" },
  ]);
});

test("a follower sees a step begin while it runs, and goes on from a cursor", async () => {
  const id = await app.create("two parallel", { ms: 500 });
  await app.witness.until(id, (seen) => seen.length === 2);
  const reading = history(id);
  const events = await reading;
  expect(lines(events)).toContain("step_completed a-1");
  const middle = events[5];
  expect(await history(id, { cursor: middle?.eventId })).toEqual(events.slice(6));
});

test("whoever follows a run from its beginning is told all that can be read of it later, in the same order", async () => {
  for (let i = 0; i < 5; i++) {
    const id = await app.create("much at once");
    const followed = await history(id);
    expect(followed).toEqual(await history(id));
    expect(followed.filter(({ type }) => type === "attempt_started")).toHaveLength(6);
  }
});

test("what is in flight when a run is terminated stays in its history as begun", async () => {
  const id = await app.create("two parallel", { ms: 10_000 });
  await app.witness.until(id, (seen) => seen.length === 2);
  await app.control(id, "terminate");
  expect(lines(await history(id))).toEqual([
    "workflow_queued",
    "workflow_started",
    "workflow_running",
    "step_started a-1",
    "attempt_started a-1 1",
    "step_started b-1",
    "attempt_started b-1 1",
    "workflow_terminated",
  ]);
});

test("a restart from a step goes on in the history, without what is done again", async () => {
  const { id } = await app.run("quick", { count: 3 });
  const before = await history(id);
  await app.call("restart", [{ from: { name: "add", count: 2 } }], { id });
  await app.until(id, "complete");
  const after = await history(id);
  const kept = before.findIndex(({ stepName }) => stepName === "add-2");
  expect(after.slice(0, kept)).toEqual(before.slice(0, kept));
  expect(lines(after)).toEqual(lines(before).toSpliced(kept, 0, "workflow_running"));
});

test("options that are none are refused", async () => {
  const { id } = await app.run("nothing");
  for (const options of [{ from: 1 }, { cursor: -1 }, { filter: ["nonsense"] }, 5]) {
    await expect(history(id, options)).rejects.toThrow("Invalid Workflow subscription options");
  }
});

test("a long history is read in pages, whole", async () => {
  const { id } = await app.run("quick", { count: 2000 });
  const events = await history(id);
  expect(events.filter(({ type }) => type === "step_completed")).toHaveLength(2000);
  expect(events).toHaveLength(4 + 2000 * 4);
});
