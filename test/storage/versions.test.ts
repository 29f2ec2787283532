import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCHEMA } from "../../src/engine/journal/schema.ts";
import { Door } from "../support/door.ts";
import { RunningServer, temporaryDirectory } from "../support/server.ts";
import { Witness } from "../support/witness.ts";
import { laterVersion } from "./other-version.ts";

const PROJECT = fileURLToPath(new URL("../fixtures/engine-app", import.meta.url));
const PRESENT = SCHEMA.length;
/** Two versions, the first of which changes what is there. */
const MIGRATIONS = [
  [
    "ALTER TABLE runs ADD COLUMN region TEXT NOT NULL DEFAULT 'here'",
    "CREATE TABLE totals (workflow TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO totals SELECT workflow, count(*) FROM runs GROUP BY workflow",
  ],
  ["CREATE INDEX runs_by_region ON runs (region)"],
];
/** The second one fails in its middle. */
const FAULTY = [
  MIGRATIONS[0] ?? [],
  ["UPDATE runs SET id = id || ' spoilt'", "INSERT INTO no_such_table VALUES (1)", "DELETE FROM runs"],
];

let dataDir: string;
let witness: Witness;
let later: string;
let faulty: string;
beforeAll(async () => {
  dataDir = await temporaryDirectory("versions");
  witness = await Witness.start();
  later = await laterVersion("9.1.0", MIGRATIONS);
  faulty = await laterVersion("9.0.0", FAULTY);
});
afterAll(() => witness.stop());

/** This version, or the command line of another one, on the same data. */
function pawl(cli?: string): RunningServer {
  return new RunningServer(PROJECT, dataDir, { args: ["--shards", "2"], ...(cli !== undefined && { cli }) });
}

async function serving<T>(server: RunningServer, use: () => Promise<T>): Promise<T> {
  await server.restart();
  try {
    return await use();
  } finally {
    await server.stop();
  }
}

async function call(server: RunningServer, method: string, args: unknown[], id?: string): Promise<unknown> {
  const body = JSON.stringify({ workflow: "PROGRAMS", method, args, id });
  const { value, error } = (await (await fetch(server.url, { method: "POST", body })).json()) as {
    value?: unknown;
    error?: { message: string };
  };
  if (error !== undefined) throw new Error(error.message);
  return value;
}

async function until(server: RunningServer, id: string, status: string): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    const found = (await call(server, "status", [], id)) as { status: string };
    if (found.status === status) return;
    if (Date.now() > giveUpAt) throw new Error(`${id} is ${JSON.stringify(found)}`);
  }
}

/** Everything that is told of all runs: rows of every table have their part in it. */
async function everything(): Promise<unknown> {
  const door = new Door(dataDir);
  const runs = await door.readAll<{ workflow: string; id: string }>("/runs", "runs", { cursor: "cursor" });
  return Promise.all(
    runs.map(async (run) => {
      const path = `/runs/${run.workflow}/${encodeURIComponent(run.id)}`;
      const below = await Promise.all(["", "/steps", "/events", "/history"].map((part) => door.read(`${path}${part}`)));
      return [run, below];
    }),
  );
}

/** Names and contents of the databases. */
async function digest(): Promise<string> {
  const hash = createHash("sha256");
  const folder = join(dataDir, "do");
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.includes(".sqlite"));
  for (const name of names.toSorted()) hash.update(name).update(await readFile(join(folder, name)));
  return hash.digest("hex");
}

/** All there was before the upgrade, and at its end. */
let before: unknown;
let after: unknown;

test("data is made by this version", async () => {
  const server = pawl();
  await serving(server, async () => {
    const params = (program: string, more: object = {}) => [
      { id: program.replaceAll(" ", "-"), params: { program, witness: witness.url, ...more } },
    ];
    for (const program of ["chain", "values", "fails for good", "fails twice", "throws", "streams"])
      await call(server, "create", params(program));
    await call(server, "create", params("waits", { count: 2 }));
    for (const id of ["chain", "values", "fails-for-good", "fails-twice", "streams"])
      await until(server, id, "complete");
    await until(server, "throws", "errored");
    await call(server, "sendEvent", [{ type: "go", payload: { n: 1 } }], "waits");
    await witness.until("waits", (texts) => texts.length === 1);
    await call(server, "pause", [], "waits");
    before = await everything();
    expect(before).toHaveLength(7);
  });
});

describe("an upgrade that fails", () => {
  test("is a start that fails, with the reason, and leaves each shard at a whole version", async () => {
    const server = pawl(faulty);
    await expect(server.restart()).rejects.toThrow("pawl start ended");
    expect(await server.exited()).toBe(1);
    const told = server.output();
    expect(told).toContain(`The data directory ${dataDir} cannot be opened by pawl 9.0.0.`);
    expect(told).toMatch(
      new RegExp(`from engine schema ${PRESENT + 1} to ${PRESENT + 2} and is as it was: .*no such table`),
    );
  });

  test("does not keep a version that can do it from doing it, and no row is lost", async () => {
    const server = pawl(later);
    await serving(server, async () => {
      expect(await everything()).toEqual(before);
      expect(server.output()).toContain("to the version of pawl 9.1.0");
      // And it goes on from there.
      await call(server, "resume", [], "waits");
      await call(server, "sendEvent", [{ type: "go", payload: { n: 2 } }], "waits");
      await until(server, "waits", "complete");
      expect(await call(server, "status", [], "waits")).toMatchObject({ output: [{ n: 1 }, { n: 2 }] });
      after = await everything();
    });
  });
});

describe("this version, older than the data", () => {
  async function refused(): Promise<string> {
    const server = pawl();
    await expect(server.restart()).rejects.toThrow("pawl start ended");
    expect(await server.exited()).toBe(1);
    return server.output();
  }

  test("refuses to start before it touches anything, and says which version to use", async () => {
    const untouched = await digest();
    const told = await refused();
    expect(await digest()).toBe(untouched);
    expect(told).toContain(`The data directory ${dataDir} is of pawl 9.1.0 (engine schema ${PRESENT + 2}`);
    expect(told).toContain("Use pawl 9.1.0 or newer");
  });

  test("refuses when only the databases say so, as when they were copied into another folder", async () => {
    const manifest = join(dataDir, "pawl.json");
    const text = await readFile(manifest, "utf8");
    await writeFile(manifest, text.replace(/"schema": \d+/, `"schema": ${PRESENT}`));
    const told = await refused();
    expect(told).toContain(`The data directory ${dataDir} cannot be opened`);
    expect(told).toContain(`newer version of Pawl (engine schema ${PRESENT + 2}, this one knows up to ${PRESENT})`);
    await writeFile(manifest, text);
  });

  test("after which the newer one finds everything as it was", async () => {
    const server = pawl(later);
    await serving(server, async () => {
      expect(await everything()).toEqual(after);
    });
  });
});
