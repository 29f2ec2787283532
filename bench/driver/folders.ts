import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder for what is measured; on the disk whose limits are measured too. */
export function newFolder(purpose: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `pawl-bench-${purpose}-`));
}

export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
