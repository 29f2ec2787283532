import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Door } from "../support/door.ts";
import { startCli, tempProject } from "../support/server.ts";
import { EngineApp } from "./app.ts";

describe("the door", () => {
  let app: EngineApp;
  beforeAll(async () => {
    app = await EngineApp.start();
  });
  afterAll(async () => {
    await app.stop();
  });

  test.each([
    [
      "/runs?stats=running",
      'There is no query parameter "stats" here; there are: workflow, status, from, to, prefix, text, cursor, limit.',
    ],
    [
      "/runs?status=done",
      'There is no status "done"; there are: queued, running, paused, errored, terminated, complete, waitingForPause, waiting, rollingBack.',
    ],
    ["/runs?cursor=next", '"next" is no cursor: take `next` of the page before, as it is.'],
    ["/runs?limit=5000", '"limit" is a whole number from 1 to 1000, not "5000".'],
    ["/runs/programs/a%zz", '"a%zz" in the path is not encoded correctly: a "%" is written %25.'],
    ["/runs/programs/a/history?after=x", '"x" is no place in a history: take `next` of the page before, as it is.'],
    ["/runs/programs/a/steps?after=-1", '"after" is a whole number from 0 to 9007199254740991, not "-1".'],
    ["/workflows?limit=1", 'There is no query parameter "limit" here; there are none.'],
  ])("refuses %s with what is wrong about it", async (path, error) => {
    expect(await app.door.get(path)).toEqual({ status: 400, body: { error } });
  });

  test.each([
    "/",
    "/run",
    "/runs/programs",
    "/runs/programs/a/nothing",
    "/runs/programs/a/steps/1",
    "/shards/1",
    "/runs/programs/a/steps/x/attempts",
  ])("has no %s", async (path) => {
    expect((await app.door.get(path)).status).toBe(404);
  });

  test("takes ids that have to be encoded", async () => {
    const { status, body } = await app.door.get(`/runs/programs/${encodeURIComponent("*/5 * * * *-1786001400000")}`);
    expect(status).toBe(404);
    expect(body).toEqual({ error: 'There is no run "*/5 * * * *-1786001400000" of workflow "programs".' });
  });

  test("tells of each shard what it holds and what is due", async () => {
    const id = await app.create("sleeps", { ms: 3_600_000 });
    await app.witness.until(id, (seen) => seen.includes("sleeping"));
    await app.run("nothing");
    const { shards } = await app.door.read<{ shards: Record<string, number | null>[] }>("/shards");
    expect(shards.map(({ shard }) => shard)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(shards.reduce((sum, { runs }) => sum + Number(runs), 0)).toBe(2);
    expect(shards.every(({ databaseBytes }) => Number(databaseBytes) > 4096)).toBe(true);
    const dueIn = Math.max(...shards.map(({ nextDueAt }) => Number(nextDueAt))) - Date.now();
    expect(dueIn).toBeGreaterThan(3_000_000);
    expect(Math.max(...shards.map(({ nextPurgeAt }) => Number(nextPurgeAt)))).toBeGreaterThan(Date.now());
  });
});

const WORKER = `
import { WorkflowEntrypoint } from "cloudflare:workers";
export class One extends WorkflowEntrypoint { async run() {} }
export class Two extends WorkflowEntrypoint { async run() {} }
export default {
  async fetch(request, env) {
    for (let i = 0; i < 200; i++) await env.ONE.create({ id: "one-" + i });
    if (env.TWO !== undefined) await env.TWO.create({ id: "two" });
    return new Response("made");
  },
};
`;

function config(workflows: string[]): string {
  return JSON.stringify({
    name: "shrinking",
    main: "worker.js",
    compatibility_date: "2026-11-01",
    workflows: workflows.map((name) => ({
      binding: name.toUpperCase(),
      name,
      class_name: `${name[0]?.toUpperCase()}${name.slice(1)}`,
    })),
  });
}

test("runs of a workflow that the application has no more are still there to be read", async () => {
  const project = await tempProject({ "wrangler.json": config(["one", "two"]), "worker.js": WORKER });
  const server = await startCli(project);
  await fetch(server.url);
  await server.stop();
  await writeFile(join(project, "wrangler.json"), config(["one"]));
  await server.restart();
  const door = new Door(server.dataDir);
  const { workflows } = await door.read<{ workflows: Record<string, unknown>[] }>("/workflows");
  expect(workflows).toMatchObject([
    { name: "one", className: "One", isRegistered: true, counts: { complete: 200 } },
    { name: "two", isRegistered: false, counts: { complete: 1 } },
  ]);
  expect(workflows[1]).not.toHaveProperty("className");
  expect(await door.read("/runs/two/two")).toMatchObject({ status: "complete" });
  await server.stop();
});

test("a shard that cannot be read makes the whole answer fail, and says why", async () => {
  const project = await tempProject({ "wrangler.json": config(["one"]), "worker.js": WORKER });
  const server = await startCli(project);
  await fetch(server.url);
  await server.stop();
  const folder = join(server.dataDir, "do", "shrinking-WorkflowEngine");
  const files = await readdir(folder);
  // Any shard will do.
  const database = files.find((file) => file.endsWith(".sqlite") && file !== "metadata.sqlite") ?? "";
  for (const leftover of files.filter((file) => file.startsWith(`${database}-`)))
    await writeFile(join(folder, leftover), "");
  await writeFile(join(folder, database), "this is no database ".repeat(500));
  await server.restart();
  const door = new Door(server.dataDir);
  for (const path of ["/runs", "/workflows", "/shards"]) {
    const error = expect.stringMatching(/shard \d did not answer: ./i) as string;
    expect({ path, ...(await door.get(path)) }).toEqual({ path, status: 503, body: { error } });
  }
  await server.stop();
});

test("an application without workflows has nothing to be read", async () => {
  const project = await tempProject({
    "wrangler.json": JSON.stringify({ name: "plain", main: "worker.js", compatibility_date: "2026-11-01" }),
    "worker.js": "export default { fetch: () => new Response() };",
  });
  const server = await startCli(project);
  const door = new Door(server.dataDir);
  expect(await door.read("/workflows")).toEqual({ workflows: [] });
  expect(await door.read("/runs?limit=1")).toEqual({ runs: [], next: null, rowsRead: 0 });
  expect(await door.get("/runs/a/b")).toEqual({ status: 404, body: { error: "This application has no workflows." } });
  await server.stop();
});
