import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { EngineApp } from "./app.ts";

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start();
});
afterAll(async () => {
  await app.stop();
});

async function counted(): Promise<Record<string, number>> {
  const { workflows } = await app.door.read<{ workflows: { name: string; counts: Record<string, number> }[] }>(
    "/workflows",
  );
  const found = workflows.find(({ name }) => name === "programs")?.counts ?? {};
  return Object.fromEntries(Object.entries(found).filter(([, n]) => n > 0));
}

/** What the counts should be: each run's own word. */
async function recounted(ids: Iterable<string>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const id of ids) {
    const { status } = await app.status(id);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

async function agree(ids: Iterable<string>): Promise<void> {
  const all = [...ids];
  await vi.waitFor(async () => expect(await counted()).toEqual(await recounted(all)), { timeout: 30_000 });
}

test("counts by status are those of a recount, whatever happens to runs and to the process", async () => {
  const complete = Array.from({ length: 30 }, (_, i) => `complete-${i}`);
  const failed = Array.from({ length: 10 }, (_, i) => `failed-${i}`);
  const waiting = Array.from({ length: 40 }, (_, i) => `waiting-${i}`);
  const ids = new Set([...complete, ...failed, ...waiting]);
  await app.createMany(complete, "nothing");
  await app.createMany(failed, "throws");
  await app.createMany(waiting, "waits");
  // Refused, and so not counted.
  await app.createMany(complete, "nothing");
  for (const id of complete) await app.until(id, "complete");
  for (const id of failed) await app.until(id, "errored");
  await agree(ids);
  expect(await counted()).toEqual({ complete: 30, errored: 10, running: 40 });

  for (const id of waiting.slice(0, 10)) await app.control(id, "terminate");
  for (const id of waiting.slice(10, 20)) await app.control(id, "pause");
  for (const id of waiting.slice(15, 20)) await app.control(id, "resume");
  for (const id of waiting.slice(20, 25)) await app.send(id, { n: 1 });
  for (const id of waiting.slice(20, 25)) await app.until(id, "complete");
  for (const id of failed.slice(0, 3)) await app.control(id, "restart");
  for (const id of waiting.slice(0, 3)) await app.control(id, "restart");
  await agree(ids);

  const deleted = [...complete.slice(0, 10), ...waiting.slice(30, 35)];
  await app.call("deleteBatch", [deleted]);
  for (const id of deleted) ids.delete(id);
  await agree(ids);

  await app.killAndRestart();
  await agree(ids);
  const { complete: before = 0 } = await counted();

  const brief = { program: "nothing", witness: app.witness.url };
  await app.call("create", [{ id: "brief", params: brief, retention: { successRetention: "1 second" } }]);
  await vi.waitFor(async () => expect((await app.door.get("/runs/programs/brief")).status).toBe(404), {
    timeout: 30_000,
    interval: 200,
  });
  await agree(ids);
  expect((await counted())["complete"]).toBe(before);
});

test("counts are right also when the process was killed in the middle of everything", async () => {
  const ids = Array.from({ length: 300 }, (_, i) => `killed-${i}`);
  const sleepers = Array.from({ length: 100 }, (_, i) => `asleep-${i}`);
  await app.createMany(sleepers, "sleeps", { ms: 100 });
  const creating = app.createMany(ids, "nothing").catch(() => undefined);
  await vi.waitFor(async () => expect(await counted()).toHaveProperty("running"), { timeout: 30_000, interval: 5 });
  await app.killAndRestart();
  await creating;
  const listed = await app.door.readAll<{ id: string }>("/runs?workflow=programs&limit=1000", "runs", {
    cursor: "cursor",
  });
  await agree(listed.map(({ id }) => id));
  for (const id of sleepers) await app.until(id, "complete");
  await agree(listed.map(({ id }) => id));
});
