import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder for what is measured; on the disk whose limits are measured too. */
export async function newFolder(purpose: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), `pawl-bench-${purpose}-`));
  folders.add(path);
  return path;
}

export async function removeFolder(path: string): Promise<void> {
  await rm(path, REMOVAL);
  folders.delete(path);
}

const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 };
const folders = new Set<string>();

// What an interrupted benchmark leaves may be gigabytes.
process.once("exit", () => {
  for (const path of folders) rmSync(path, REMOVAL);
});
