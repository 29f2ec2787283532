import { open } from "node:fs/promises";
import { join } from "node:path";
import sqlite from "node-sqlite3-wasm";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../support/server.ts";
import { checkIntegrity } from "./integrity.ts";

const PAGE = 4096;

async function makeDatabase(): Promise<{ folder: string; file: string }> {
  const folder = await temporaryDirectory("integrity");
  const file = join(folder, "one.sqlite");
  const database = new sqlite.Database(file);
  database.exec("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX i ON t (b)");
  for (let i = 0; i < 500; i++) database.run("INSERT INTO t (b) VALUES (?)", [`row ${i} ${"x".repeat(50)}`]);
  database.close();
  return { folder, file };
}

test("a sound database has no problems", async () => {
  const { folder } = await makeDatabase();
  expect(await checkIntegrity(folder)).toEqual({ databases: 1, problems: [] });
});

test("a damaged page is found", async () => {
  const { folder, file } = await makeDatabase();
  const handle = await open(file, "r+");
  await handle.write(Buffer.alloc(PAGE, 0x5a), 0, PAGE, 3 * PAGE);
  await handle.close();
  const { problems } = await checkIntegrity(folder);
  expect(problems.join("\n")).toMatch(/^one\.sqlite: /);
});
