import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileAfter, type Loss } from "./disk-file.ts";
import { copyData } from "./snapshot.ts";
import type { DiskCall } from "./strace-line.ts";

export interface Traced {
  /** The data directory as it was when the trace began, taken for what was on disk then. */
  readonly base: string;
  /** Where it was. */
  readonly dataDir: string;
  /** What was done to it from then on, in order of beginning. */
  readonly calls: readonly DiskCall[];
}

/**
 * Writes a data directory as a disk has it when power fails at a moment: every byte and every entry of a folder of which
 * the process had been told that it is on disk; of the rest nothing, or any of it in any order.
 */
export async function writeImage({ base, dataDir, calls }: Traced, to: string, loss: Loss): Promise<void> {
  await copyData(base, to);
  const byPath = groupByPath(calls);
  for (const [path, ofFile] of byPath) {
    const name = relative(dataDir, path);
    // Memory shared between processes is made anew from the log; what only has its entries brought to disk is a folder.
    if (name.startsWith("..") || name.endsWith("-shm") || ofFile.every(({ what }) => what === "sync")) continue;
    const file = join(to, name);
    const after = fileAfter(await readIfThere(file), ofFile, byPath.get(dirname(path)) ?? [], loss);
    if (after === undefined) await rm(file, { force: true });
    else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, after);
    }
  }
}

function groupByPath(calls: readonly DiskCall[]): Map<string, DiskCall[]> {
  const groups = new Map<string, DiskCall[]>();
  for (const call of calls) {
    const group = groups.get(call.path);
    if (group === undefined) groups.set(call.path, [call]);
    else group.push(call);
  }
  return groups;
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
