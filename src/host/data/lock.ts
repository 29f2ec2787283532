import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DataDirectoryBusyError } from "../errors.ts";
import { processIdentity } from "./process-identity.ts";

/** What the lock file says about its holder. */
export interface LockRecord {
  readonly pid: number;
  readonly identity: string;
  /** Where it serves; absent while it is starting. */
  readonly url?: string;
  /** Where and with which token its door opens; the file is for its owner's eyes alone. */
  readonly door?: { readonly port: number; readonly token: string };
  /** The workerd process that it runs, for whoever finds both dead or the child left over. */
  readonly workerd?: { readonly pid: number; readonly identity: string };
}

/** What becomes known after the lock is taken. */
export type LockFacts = Pick<LockRecord, "url" | "door" | "workerd">;

/** The right to work with a data directory, held by one process at a time. */
export interface DirectoryLock {
  /** What a dead former holder had written, when the lock was taken over from one. */
  readonly former: LockRecord | undefined;
  update(facts: LockFacts): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the lock of a data directory. A lock whose holder has died (kill -9, power loss) is taken over.
 * @throws DataDirectoryBusyError when its holder lives.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = join(directory, "lock");
  const identity = await processIdentity(process.pid);
  const own: LockRecord = { pid: process.pid, identity: identity ?? "" };
  let former: LockRecord | undefined;
  for (;;) {
    if (await createFile(path, own)) break;
    const found = await readRecord(path);
    if (found === undefined) continue;
    if (found.record !== undefined && (await isHeld(found.record))) {
      throw new DataDirectoryBusyError(directory, found.record.pid, found.record.url);
    }
    if (await removeStale(path, found.text)) former = found.record;
  }

  let current = own;
  let released = false;
  // One write after another, so that a slow one cannot bring back what a later one has changed.
  let queue: Promise<void> = Promise.resolve();
  return {
    former,
    update(facts) {
      queue = queue.then(async () => {
        if (released) return;
        current = { ...current, ...facts };
        await replaceFile(path, current);
      });
      return queue;
    },
    release() {
      queue = queue.then(async () => {
        if (released) return;
        released = true;
        await rm(path, { force: true });
      });
      return queue;
    },
  };
}

async function isHeld(record: LockRecord): Promise<boolean> {
  const identity = await processIdentity(record.pid);
  return identity !== undefined && identity === record.identity;
}

/** Appears complete or not at all: `link` fails when the name is taken, and the contents are there already. */
async function createFile(path: string, record: LockRecord): Promise<boolean> {
  const draft = await writeDraft(path, record);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function replaceFile(path: string, record: LockRecord): Promise<void> {
  await rename(await writeDraft(path, record), path);
}

async function writeDraft(path: string, record: LockRecord): Promise<string> {
  const draft = `${path}.${process.pid}.${randomUUID()}`;
  try {
    await writeFile(draft, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return draft;
}

/**
 * Removes the stale lock that was read, and no other: between reading and removing, somebody else may have taken the
 * directory over. So it is moved aside first, looked at, and put back when it is not the one that was meant.
 */
async function removeStale(path: string, text: string): Promise<boolean> {
  const aside = `${path}.${process.pid}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
  const wasMeant = (await readFile(aside, "utf8")) === text;
  if (!wasMeant) await link(aside, path);
  await rm(aside, { force: true });
  return wasMeant;
}

async function readRecord(path: string): Promise<{ text: string; record: LockRecord | undefined } | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  return { text, record: parseRecord(text) };
}

/** A lock that cannot be read was not written by us, since ours appear whole: nobody holds it. */
function parseRecord(text: string): LockRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is LockRecord {
  if (typeof value !== "object" || value === null) return false;
  return "pid" in value && typeof value.pid === "number" && "identity" in value && typeof value.identity === "string";
}
