import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import sqlite from "node-sqlite3-wasm";
import { DataDirectoryMismatchError, DataDirectoryUnusableError } from "../errors.ts";
import { isNoRoom } from "../storage/failure.ts";
import { bytesText, spaceAt } from "../storage/free-space.ts";
import { lockDirectory } from "./lock.ts";
import { type ShardFile, shardFiles } from "./shard-files.ts";

export interface Compaction {
  readonly shards: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Gives the room that deleted runs have left in the workflow engine's databases back to the file system: each is written
 * anew beside the old one, checked, and put in its place. For a data directory that no server has open. Databases of
 * the application's own objects are left as they are: SQLite may renumber rows, which their code may rely on.
 *
 * @throws DataDirectoryBusyError while a server works with it; DataDirectoryUnusableError when there is no room for the
 * largest of them beside the old one. What was not compacted yet is as it was.
 */
export async function compactData(path: string): Promise<Compaction> {
  await refuseUnknown(path);
  const lock = await lockDirectory(path);
  try {
    let bytesBefore = 0;
    let bytesAfter = 0;
    const files = await shardFiles(path);
    for (const file of files) {
      bytesBefore += await takenBy(file.path);
      await compactFile(file);
      bytesAfter += await takenBy(file.path);
    }
    return { shards: files.length, bytesBefore, bytesAfter };
  } catch (error) {
    throw isNoRoom(error) || isFull(error) ? new DataDirectoryUnusableError(path, error) : error;
  } finally {
    await lock.release();
  }
}

async function refuseUnknown(path: string): Promise<void> {
  try {
    await readFile(join(path, "pawl.json"));
  } catch {
    throw new DataDirectoryMismatchError(
      path,
      `${path} is no data directory of pawl: it holds no pawl.json. Name it with --data, or start the application once.`,
    );
  }
}

/** SQLite's words for it. */
function isFull(error: unknown): error is Error {
  return error instanceof Error && /database or disk is full|disk I\/O error/.test(error.message);
}

async function compactFile({ path, bytes, freeBytes }: ShardFile): Promise<void> {
  const copy = `${path}.compact`;
  // Of a compaction that was cut short; nobody else works here, since we hold the lock.
  for (const left of [copy, `${path}.lock`, `${copy}.lock`]) await rm(left, { recursive: true, force: true });
  const space = await spaceAt(dirname(path));
  if (space !== undefined) refuseLittleRoom(path, space.freeBytes, bytes - freeBytes);
  try {
    copyInto(path, copy);
    check(copy);
    await flush(copy);
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  }
  // The old one's log is empty since it was copied, and must not be taken for the new one's.
  await rm(`${path}-wal`, { force: true });
  await rm(`${path}-shm`, { force: true });
  await rename(copy, path);
  await flush(dirname(path));
}

function refuseLittleRoom(path: string, freeBytes: number, neededBytes: number): void {
  if (freeBytes > neededBytes) return;
  const text = `${bytesText(freeBytes)} are free, and the copy of ${path} that replaces it needs ${bytesText(neededBytes)}`;
  throw Object.assign(new Error(text), { code: "ENOSPC" });
}

function copyInto(path: string, copy: string): void {
  const database = new sqlite.Database(path, { fileMustExist: true });
  try {
    // There is no shared memory here; whoever is alone with a database needs none.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    database.all("PRAGMA wal_checkpoint(TRUNCATE)");
    database.run("VACUUM INTO ?", [copy]);
  } finally {
    database.close();
  }
}

/** @throws Error when the copy is not sound: the old one stays then */
function check(copy: string): void {
  const database = new sqlite.Database(copy, { fileMustExist: true, readOnly: true });
  try {
    const [row] = database.all("PRAGMA integrity_check");
    if (row?.["integrity_check"] !== "ok")
      throw new Error(`The compacted copy ${copy} is not sound; nothing was changed.`);
  } finally {
    database.close();
  }
}

/** A file's contents, or a folder's names, are on disk. */
async function flush(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function takenBy(path: string): Promise<number> {
  const sizes = [path, `${path}-wal`].map((name) =>
    stat(name).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
