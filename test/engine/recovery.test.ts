import { afterAll, beforeAll, expect, test } from "vitest";
import { clockReaches, EngineApp } from "./app.ts";

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start();
});
afterAll(async () => {
  await app.stop();
});

test("E1, E5: after kill -9 a chain goes on by itself, and no finished step runs again", async () => {
  const id = await app.create("chain", { count: 30, ms: 20 });
  await app.witness.until(id, (seen) => seen.length >= 10);
  await app.killAndRestart();
  // No request: the witness alone sees that it goes on.
  await app.witness.until(id, (seen) => seen.includes("step 30"));
  expect(await app.until(id, "complete")).toMatchObject({ output: 465 });
  const seen = app.witness.of(id);
  expect(new Set(seen).size).toBe(30);
  // Only the step that was in flight may have run twice.
  expect(seen.length).toBeLessThanOrEqual(31);
});

test("E5: a sleep ends after a kill, without any request", async () => {
  const id = await app.create("sleeps", { ms: 3000 });
  // The history tells of a sleep only when the step before it is on disk.
  await app.witness.until(id, (seen) => seen.includes("sleeping"));
  await app.killAndRestart();
  await app.witness.until(id, (seen) => seen.includes("after"));
  expect(await app.until(id, "complete")).toMatchObject({ output: "awake" });
  expect(app.witness.of(id).filter((text) => text !== "sleeping")).toEqual(["before", "after"]);
});

test("sleepUntil does not throw when its time came while the process was down (spec §7.3)", async () => {
  const id = await app.create("sleeps until", { ms: 1000 });
  const dueAt = Date.now() + 1000;
  await app.server.kill9();
  // The time to sleep until comes while nothing runs.
  await clockReaches(dueAt);
  await app.server.restart();
  await app.witness.until(id, (seen) => seen.includes("after"));
  expect(await app.until(id, "complete")).toMatchObject({ output: "awake" });
});

test("values come back as themselves from the journal (spec §6.10)", async () => {
  const id = await app.create("values");
  await app.killAndRestart();
  expect(await app.until(id, "complete")).toMatchObject({
    output: {
      isUndefined: true,
      isMap: true,
      isDate: true,
      values: { map: { Map: [["a", { Set: [1] }]] }, big: { BigInt: "5" }, bytes: { Uint8Array: [1, 2] } },
    },
  });
});

test("large results come back from disk", async () => {
  const id = await app.create("large results", { count: 3, ms: 1000 });
  await app.until(id, "running");
  await app.killAndRestart();
  expect(await app.until(id, "complete")).toMatchObject({ output: [500_000, 500_000, 500_000] });
});

test("a stream comes back from disk", async () => {
  const id = await app.create("streams", { ms: 1000 });
  await app.until(id, "running");
  await app.killAndRestart();
  expect(await app.until(id, "complete")).toMatchObject({ output: { length: 600_000, isEqual: true } });
});

test("E4: events accepted before a kill arrive after it, once and in order", async () => {
  const id = await app.create("waits", { count: 13 });
  await app.send(id, { n: 0 });
  await app.witness.until(id, (seen) => seen.length === 1);
  await app.control(id, "pause");
  for (let n = 1; n < 13; n++) await app.send(id, { n });
  await app.killAndRestart();
  expect(await app.status(id)).toMatchObject({ status: "paused" });
  await app.control(id, "resume");
  expect(await app.until(id, "complete")).toMatchObject({ output: Array.from({ length: 13 }, (_, n) => ({ n })) });
  expect(app.witness.of(id)).toHaveLength(13);
});

test("a pause that was pending takes place when the process is gone", async () => {
  const id = await app.create("two parallel", { ms: 60_000 });
  await app.witness.until(id, (seen) => seen.length === 2);
  await app.control(id, "pause");
  expect(await app.status(id)).toMatchObject({ status: "waitingForPause" });
  await app.killAndRestart();
  expect(await app.until(id, "paused")).toMatchObject({ status: "paused" });
});

test("retries go on where they were", async () => {
  const id = await app.create("fails twice");
  await app.killAndRestart();
  expect(await app.until(id, "complete")).toMatchObject({ output: 3 });
});

test("what has ended stays as it ended", async () => {
  const { id } = await app.run("fails for good");
  const seen = app.witness.of(id).length;
  await app.killAndRestart();
  expect(await app.status(id)).toMatchObject({ status: "complete", output: "RangeError: no 3" });
  expect(app.witness.of(id)).toHaveLength(seen);
});
