import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import sqlite from "node-sqlite3-wasm";
import type { Plan } from "../../fixtures/chaos-app/protocol.ts";
import type { ChaosServer } from "../server/chaos-server.ts";
import { type CrowdOptions, untilSeen, withCrowd } from "./crowd.ts";

const run = promisify(execFile);
const DAY_MS = 86_400_000;
/** Longer than the engine keeps a run in memory, so that it is dropped before it is due. */
const NAP_MS = 12_000;
/** The engine has nothing to write any more when its process has written nothing for so long. */
const QUIET_MS = 3000;

/** What a start costs with many sleeping runs. */
export interface SleepersStart {
  readonly runs: number;
  readonly databaseBytes: number;
  /** That the server's process has read by the time at which a run that fell due has gone on; known on Linux only. */
  readonly readBytes: number | undefined;
  /** In memory at that time. */
  readonly residentBytes: number;
  readonly readyMs: number;
}

/**
 * Starts a server again that has many runs asleep until tomorrow, and one that falls due: it goes on, and nobody asks
 * for it.
 */
export async function startWithSleepers(options: Omit<CrowdOptions, "acts">, withinMs: number): Promise<SleepersStart> {
  const acts = [{ act: "sleep", at: 1, name: "night", count: 1, ms: DAY_MS }] as const;
  return withCrowd({ ...options, acts }, async ({ server, client, chronicle, lives }) => {
    const early = chronicle.addLife({ run: "early", life: 1, binding: "ACTS", plan: napThenWork() });
    await client.createBatch("ACTS", [{ id: early.run, params: early.plan }]);
    await untilQuiet(server, withinMs);
    server.kill("group", "while everybody sleeps");
    await server.ended;
    // What is in the logs is read when the databases are opened, however many runs there are.
    const databaseBytes = await checkpoint(server.dataDir);
    await server.start();
    await untilSeen([early], 1, withinMs);
    const boot = chronicle.record.boots.at(-1);
    return {
      runs: lives.length,
      databaseBytes,
      readBytes: await bytesRead(server),
      residentBytes: await residentBytes(server),
      readyMs: (boot?.readyAt ?? Number.NaN) - (boot?.spawnedAt ?? Number.NaN),
    };
  });
}

function napThenWork(): Plan {
  const facts = { ms: 0, limit: 0, delayMs: 0, fails: 0, gives: "number", undo: false } as const;
  return {
    life: 1,
    hub: "hub-1",
    throws: false,
    acts: [
      { act: "sleep", at: 1, name: "nap", count: 1, ms: NAP_MS },
      { act: "do", at: 2, name: "work", count: 1, ...facts },
    ],
  };
}

/** Until the databases do not change any more: every run that sleeps has been dropped from memory. */
async function untilQuiet({ dataDir }: ChaosServer, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  for (let [last, since] = [0, Date.now()]; Date.now() - since < QUIET_MS; await delay(100)) {
    const changed = Math.max(...(await filesOf(dataDir, /\.sqlite(?:-wal)?$/)).map(({ mtimeMs }) => mtimeMs));
    if (changed !== last) [last, since] = [changed, Date.now()];
    if (Date.now() > until) throw new Error("The engine does not come to rest.");
  }
}

async function filesOf(dataDir: string, pattern: RegExp): Promise<{ path: string; mtimeMs: number; size: number }[]> {
  const names = (await readdir(dataDir, { recursive: true })).filter((name) => pattern.test(name));
  return Promise.all(
    names.map(async (name) => {
      const path = join(dataDir, name);
      const { mtimeMs, size } = await stat(path);
      return { path, mtimeMs, size };
    }),
  );
}

/** Moves the logs into the databases; their size. */
async function checkpoint(dataDir: string): Promise<number> {
  for (const { path } of await filesOf(dataDir, /\.sqlite$/)) {
    const database = new sqlite.Database(path);
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
  }
  return (await filesOf(dataDir, /\.sqlite$/)).reduce((sum, { size }) => sum + size, 0);
}

async function bytesRead({ workerdPid }: ChaosServer): Promise<number | undefined> {
  if (process.platform !== "linux") return undefined;
  return Number(/^rchar: (\d+)$/m.exec(await readFile(`/proc/${workerdPid}/io`, "utf8"))?.[1]);
}

async function residentBytes({ workerdPid }: ChaosServer): Promise<number> {
  const { stdout } = await run("ps", ["-o", "rss=", "-p", String(workerdPid)]);
  return Number(stdout) * 1024;
}
