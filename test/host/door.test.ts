import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { workerdConfig } from "../../src/host/config/workerd-config.ts";
import { doorModules } from "../../src/host/door-modules.ts";
import { workerdBinary } from "../../src/host/workerd/binary.ts";
import { doorClient } from "../../src/host/workerd/door-client.ts";
import { spawnWorkerd, type WorkerdProcess } from "../../src/host/workerd/spawn.ts";
import { temporaryDirectory } from "../support/server.ts";

/** Stands in for the engine: notes which shards were woken, and one of them cannot be. */
const MAIN = `
import { DurableObject } from "cloudflare:workers";
const woken = [];
export class WorkflowEngine extends DurableObject {
  async wake() {
    if (this.ctx.id.name === "shard-2") throw new Error("its data is damaged");
    woken.push(this.ctx.id.name);
  }
}
export default { fetch: () => Response.json(woken.toSorted()) };
`;

const BUILD = new URL("../../dist/", import.meta.url);
const TOKEN = "the token of this start";
let process: WorkerdProcess;
let app: string;
let door: string;
let doorPort: number;
beforeAll(async () => {
  const outDir = await temporaryDirectory("door");
  await mkdir(join(outDir, "worker"));
  await mkdir(join(outDir, "do"));
  await writeFile(join(outDir, "worker", "index.js"), MAIN);
  const { text, environment } = workerdConfig({
    project: {
      root: "/app",
      configPath: "/app/wrangler.jsonc",
      name: "app",
      main: "/app/index.ts",
      compatibilityDate: "2026-06-11",
      compatibilityFlags: [],
      durableObjects: [],
      sqliteClasses: [],
      workflows: [{ binding: "W", name: "w", className: "W" }],
      vars: {},
      secretNames: [],
      sources: [],
      notes: [],
    },
    bundle: {
      outDir,
      modules: [{ name: "index.js", kind: "esModule" }],
      sourceMap: join(outDir, "worker", "index.js.map"),
      compatibilityDate: "2026-06-11",
      compatibilityFlags: [],
      durableObjectClasses: ["WorkflowEngine"],
    },
    shards: 4,
    storagePath: join(outDir, "do"),
    sources: {
      door: await doorModules(false, BUILD),
      emptyCache: await readFile(new URL("host/door/empty-cache.js", BUILD), "utf8"),
    },
    doorToken: TOKEN,
    address: { host: "127.0.0.1", port: 0 },
  });
  const configPath = join(outDir, "workerd.capnp");
  await writeFile(configPath, text);
  process = spawnWorkerd({
    binary: workerdBinary(),
    configPath,
    address: "127.0.0.1:0",
    environment,
    onLine: () => undefined,
  });
  const ready = await process.ready;
  app = `http://127.0.0.1:${ready.appPort}`;
  doorPort = ready.doorPort;
  door = `http://127.0.0.1:${doorPort}`;
});
afterAll(async () => {
  process.kill("SIGKILL");
  await process.exited;
});

test.each([
  ["no token", {}],
  ["another token", { authorization: "Bearer something else" }],
  ["an empty token", { authorization: "Bearer " }],
  ["the token in another scheme", { authorization: `Basic ${TOKEN}` }],
])("with %s it stays shut", async (_, headers) => {
  const response = await fetch(`${door}/wake`, { method: "POST", headers });
  expect(response.status).toBe(401);
  expect(await (await fetch(app)).json()).toEqual([]);
});

test("with the token it says that the event loop turns", async () => {
  await expect(doorClient(doorPort, TOKEN).health(5000)).resolves.toBeUndefined();
  await expect(doorClient(doorPort, "another").health(5000)).rejects.toThrow("401");
});

test("what the host tells of the whole server is part of its health", async () => {
  const client = doorClient(doorPort, TOKEN);
  const read = async (): Promise<unknown> =>
    (await fetch(`${door}/health`, { headers: { authorization: `Bearer ${TOKEN}` } })).json();
  expect(await read()).toEqual({ ok: true });
  await client.setHealth({ storage: { state: "full", path: "/data" } });
  expect(await read()).toEqual({ ok: false, storage: { state: "full", path: "/data" } });
  // The event loop turns all the same, and that is what the watchdog asks for.
  await expect(client.health(5000)).resolves.toBeUndefined();
  await client.setHealth({ storage: { state: "low", path: "/data" } });
  expect(await read()).toMatchObject({ ok: true });
  const headers = { authorization: `Bearer ${TOKEN}` };
  expect((await fetch(`${door}/health`, { method: "PUT", headers, body: "{" })).status).toBe(400);
});

test("a wake reaches every shard, and tells of those that fail", async () => {
  const failed = await doorClient(doorPort, TOKEN).wake(5000);
  expect(failed).toEqual([{ shard: 2, message: "Error: its data is damaged" }]);
  expect(await (await fetch(app)).json()).toEqual(["shard-0", "shard-1", "shard-3"]);
});

test("what it does not know is not found", async () => {
  const response = await fetch(`${door}/health`, { method: "POST", headers: { authorization: `Bearer ${TOKEN}` } });
  expect(response.status).toBe(404);
});
