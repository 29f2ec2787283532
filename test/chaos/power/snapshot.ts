import { cp } from "node:fs/promises";
import { basename } from "node:path";
import type { Chronicle } from "../record/chronicle.ts";
import type { ChaosServer } from "../server/chaos-server.ts";
import { whileFrozen } from "./freeze.ts";

/** A data directory as it was on disk at a moment, and all that had been seen from outside by then. */
export interface Snapshot {
  readonly dataDir: string;
  readonly chronicle: Chronicle;
}

/**
 * Copies the data directory of a running server. Its process stands still meanwhile, so the copy has every byte that it
 * has written and none that it will write: what a crash of the process at this moment leaves behind.
 */
export async function takeSnapshot(server: ChaosServer, chronicle: Chronicle, to: string): Promise<Snapshot> {
  const { workerdPid } = server;
  if (workerdPid === undefined) throw new Error("There is no server to take a snapshot of.");
  return whileFrozen(workerdPid, async () => {
    await copyData(server.dataDir, to);
    // While it stands still: what is answered after this was not promised at the moment of the copy.
    return { dataDir: to, chronicle: chronicle.fork() };
  });
}

/** All that lasts: not who holds the directory, and not what was built. */
export async function copyData(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, filter: (path) => !["lock", "build"].includes(basename(path)) });
}
