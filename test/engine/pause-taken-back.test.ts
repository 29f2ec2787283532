import { afterAll, beforeAll, expect, test } from "vitest";
import { clockReaches, EngineApp } from "./app.ts";

interface Step {
  name: string;
  state: string;
  dueAt?: number;
  endedAt?: number;
  attempts?: { attempt: number; state: string; startedAt: number }[];
}

/** Each wait is as long, so that a test has time for a pause that is taken back. */
const WAIT_MS = 3000;
/** How long the pause that is taken back lasts at least. */
const PAUSE_MS = 500;

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start();
});
afterAll(async () => {
  await app.stop();
});

async function stepsOf(id: string): Promise<Step[]> {
  const { steps } = await app.door.read<{ steps: Step[] }>(`/runs/programs/${id}/steps`);
  return steps;
}

async function step(id: string, name: string): Promise<Step> {
  const found = (await stepsOf(id)).find((other) => other.name === name);
  if (found === undefined) throw new Error(`${id} has no step ${name}`);
  return found;
}

/** Lets the code go on that asks so for the `nth` time. */
async function release(id: string, what: string, nth: number): Promise<void> {
  const asked = (seen: string[]): string | undefined => seen.filter((text) => text.startsWith(`${what}? `))[nth - 1];
  await app.witness.until(id, (seen) => asked(seen) !== undefined);
  app.witness.release(id, asked(app.witness.of(id)) ?? "");
}

/** While a callback is in flight. */
async function pauseAndTakeBack(id: string, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  await app.control(id, "pause");
  expect(await app.status(id)).toMatchObject({ status: "waitingForPause" });
  await meanwhile();
  await clockReaches(Date.now() + PAUSE_MS);
  await app.control(id, "resume");
  expect(await app.status(id)).toMatchObject({ status: "running" });
}

test("waits that a replay comes by after a pause was taken back have lost nothing of their time", async () => {
  const id = await app.create("waits beside a long step", { ms: WAIT_MS });
  await release(id, "waits", 1);
  app.witness.release(id, "flaky 1");
  await expect.poll(async () => (await stepsOf(id)).filter(({ dueAt }) => dueAt !== undefined).length).toBe(3);
  // Nothing is in flight: the pause takes place, and the resume begins a replay.
  await app.control(id, "pause");
  await app.until(id, "paused");
  await app.control(id, "resume");
  await release(id, "work", 2);
  await app.witness.until(id, (seen) => seen.includes("working"));
  await pauseAndTakeBack(id);
  const names = ["nap", "patience", "flaky"];
  const dueAt = (await Promise.all(names.map(async (name) => step(id, name)))).map((row) => row.dueAt ?? Infinity);
  await release(id, "waits", 2);
  app.witness.release(id, "flaky 2");
  app.witness.release(id, "working");
  await app.until(id, "complete");
  const [nap, patience, flaky] = await Promise.all(names.map(async (name) => step(id, name)));
  expect(nap?.endedAt).toBeGreaterThanOrEqual(dueAt[0] ?? Infinity);
  expect(patience?.endedAt).toBeGreaterThanOrEqual(dueAt[1] ?? Infinity);
  expect(flaky?.attempts?.at(-1)?.startedAt).toBeGreaterThanOrEqual(dueAt[2] ?? Infinity);
});

test("a back-off that began while a pause was pending lasts as long as it should", async () => {
  const id = await app.create("waits beside a long step", { ms: WAIT_MS });
  await release(id, "work", 1);
  await release(id, "waits", 1);
  await app.witness.until(id, (seen) => seen.includes("working") && seen.includes("flaky 1"));
  await pauseAndTakeBack(id, async () => {
    app.witness.release(id, "flaky 1");
    await expect.poll(async () => (await step(id, "flaky")).attempts?.[0]?.state).toBe("failed");
  });
  const { dueAt = Infinity } = await step(id, "flaky");
  app.witness.release(id, "flaky 2");
  app.witness.release(id, "working");
  await app.until(id, "complete");
  expect((await step(id, "flaky")).attempts?.at(-1)?.startedAt).toBeGreaterThanOrEqual(dueAt);
});
