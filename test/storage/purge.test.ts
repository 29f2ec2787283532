import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ShardFile, shardFiles } from "../../src/host/data/shard-files.ts";
import { Door } from "../support/door.ts";
import { CLI, type RunningServer, startCli } from "../support/server.ts";

const PROJECT = fileURLToPath(new URL("../fixtures/storage-app", import.meta.url));
const RUNS = 50;
const STEPS = 2;
const BYTES = 40_000;
const run = promisify(execFile);

let server: RunningServer;
let door: Door;
beforeAll(async () => {
  server = await startCli(PROJECT, { args: ["--shards", "2"] });
  door = new Door(server.dataDir);
});
afterAll(() => server.stop());

async function call(method: string, args: unknown[], id?: string): Promise<unknown> {
  const response = await fetch(server.url, { method: "POST", body: JSON.stringify({ method, args, id }) });
  const { value, error } = (await response.json()) as { value?: unknown; error?: { message: string } };
  if (error !== undefined) throw new Error(error.message);
  return value;
}

async function poll<T>(read: () => Promise<T>, fits: (value: T) => boolean): Promise<T> {
  const giveUpAt = Date.now() + 40_000;
  for (;;) {
    const value = await read();
    if (fits(value)) return value;
    if (Date.now() > giveUpAt) throw new Error(`Waited in vain; it is ${JSON.stringify(value)}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

interface Figures {
  shards: { runs: number; databaseBytes: number }[];
}

const figures = () => door.read<Figures>("/shards");
const sum = (numbers: number[]) => numbers.reduce((all, number) => all + number, 0);
const used = ({ shards }: Figures) => sum(shards.map(({ databaseBytes }) => databaseBytes));
const sizeOf = (files: ShardFile[]) => sum(files.map(({ bytes }) => bytes));
const countOf = async (status: string) =>
  (await door.read<{ runs: unknown[] }>(`/runs?workflow=job&status=${status}&limit=1000`)).runs.length;

/** Many runs and megabytes of results, none of which is there afterwards. */
async function cycle(number: number, purgedBy: "retention" | "deletion"): Promise<void> {
  const ids = Array.from({ length: RUNS }, (_, i) => `cycle-${number}-${i}`);
  const retention = purgedBy === "retention" ? { retention: { successRetention: 1 } } : {};
  await call("createBatch", [ids.map((id) => ({ id, params: { steps: STEPS, bytes: BYTES }, ...retention }))]);
  if (purgedBy === "deletion") {
    await poll(
      () => countOf("complete"),
      (complete) => complete === RUNS,
    );
    await call("deleteBatch", [ids]);
  }
  // The one that stays is running.
  await poll(
    () => countOf("running,waiting,queued,complete"),
    (left) => left === 1,
  );
}

test("what has been purged is room for what comes: the files stop growing", async () => {
  await call("create", [{ id: "stays", params: { steps: 3, bytes: BYTES, events: 1 } }]);
  const sizes: number[] = [];
  const uses: number[] = [];
  for (let number = 0; number < 6; number++) {
    await cycle(number, number === 0 ? "retention" : "deletion");
    sizes.push(sizeOf(await shardFiles(server.dataDir)));
    uses.push(used(await figures()));
  }
  // Each cycle writes some megabytes, and none of them is there any more.
  for (const bytes of uses) expect(bytes).toBeLessThan((RUNS * STEPS * BYTES) / 4);
  const [, second = 0, ...later] = sizes;
  for (const bytes of later) expect(bytes).toBeLessThan(second * 1.5);
});

test("a shard's size is told by the door", async () => {
  const before = await figures();
  expect(before.shards).toHaveLength(2);
  await call("create", [{ id: "large", params: { steps: 20, bytes: BYTES } }]);
  await poll(
    () => countOf("complete"),
    (complete) => complete === 1,
  );
  expect(used(await figures())).toBeGreaterThan(used(before) + 20 * BYTES);
  await call("delete", [], "large");
  expect(used(await figures())).toBeLessThan(used(before) + 5 * BYTES);
});

test("pawl compact gives the room back to the disk, and every run is there afterwards", async () => {
  const describe = () => door.read("/runs/job/stays/steps");
  const steps = await describe();
  const compact = () => run(process.execPath, [CLI, "compact", "--data", server.dataDir]);
  await expect(compact()).rejects.toThrow("is in use by process");

  await server.stop();
  const before = await shardFiles(server.dataDir);
  const { stdout } = await compact();
  expect(stdout).toMatch(/^The databases of 2 shards take .* now; .* MB given back/);
  const after = await shardFiles(server.dataDir);
  expect(after.map(({ path }) => path)).toEqual(before.map(({ path }) => path));
  expect(sum(after.map(({ freeBytes }) => freeBytes))).toBe(0);
  expect(sizeOf(after)).toBeLessThan(sizeOf(before) / 2);

  await server.restart();
  expect(await describe()).toEqual(steps);
  await call("sendEvent", [{ type: "go", payload: "on" }], "stays");
  const end = await poll(
    () => call("status", [], "stays") as Promise<{ status: string; output: unknown }>,
    ({ status }) => status === "complete",
  );
  expect(end.output).toEqual({ attempts: [1, 1, 1], received: ["on"] });
});
