import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sqlite from "node-sqlite3-wasm";
import { copyData } from "./snapshot.ts";

/** What is wrong with the databases of a data directory, which itself is left as it is. */
export async function checkIntegrity(dataDir: string): Promise<{ databases: number; problems: string[] }> {
  // Opening a database is recovery: it reads the log, and may move it into the database.
  const copy = await mkdtemp(join(tmpdir(), "pawl-integrity-"));
  try {
    await copyData(dataDir, copy);
    const names = await readdir(copy, { recursive: true });
    const files = names.filter((name) => name.endsWith(".sqlite"));
    return { databases: files.length, problems: files.flatMap((file) => problemsOf(join(copy, file), file)) };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function problemsOf(path: string, name: string): string[] {
  try {
    const database = new sqlite.Database(path);
    try {
      // This build of SQLite has no shared memory, and needs none when nobody else may have the database open.
      database.exec("PRAGMA locking_mode = EXCLUSIVE");
      const answers = database.all("PRAGMA integrity_check").map((row) => String(Object.values(row)[0]));
      return answers.filter((answer) => answer !== "ok").map((answer) => `${name}: ${answer}`);
    } finally {
      database.close();
    }
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
