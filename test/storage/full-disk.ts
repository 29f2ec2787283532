import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRunning, type RunningServer, temporaryDirectory } from "../support/server.ts";

/** A place for a data directory where a test can let room run out, and give it back. */
export interface FullDisk {
  readonly dataDir: string;
  fill(server: RunningServer): Promise<void>;
  free(server: RunningServer): Promise<void>;
  remove(): Promise<void>;
}

const SIZE = "48m";
/** A /dev/shm that is larger than this is not ours to fill. */
const MAX_SHARED_BYTES = 256 * 1024 * 1024;

/**
 * A small file system: one of its own where this process may mount one, else the shared memory of a container, which is
 * small everywhere. Undefined where neither is to be had.
 */
export async function smallFileSystem(): Promise<FullDisk | undefined> {
  if (process.platform !== "linux") return undefined;
  const mounted = await temporaryDirectory("small");
  for (const privilege of [[], ["sudo", "-n"]]) {
    if (!succeeds([...privilege, "mount", "-t", "tmpfs", "-o", `size=${SIZE},mode=777`, "pawl-test", mounted]))
      continue;
    return fileSystemAt(mounted, async () => {
      execFileSync("umount", ["-l", mounted], { stdio: "ignore" });
    });
  }
  if (!existsSync("/dev/shm")) return undefined;
  const { blocks, bsize } = await statfs("/dev/shm");
  if (blocks * bsize > MAX_SHARED_BYTES) return undefined;
  const shared = await mkdtemp("/dev/shm/pawl-");
  return fileSystemAt(shared, () => rm(shared, { recursive: true, force: true }));
}

function fileSystemAt(path: string, remove: () => Promise<void>): FullDisk {
  const ballast = join(path, "ballast");
  return {
    dataDir: join(path, "data"),
    async fill() {
      await writeFile(ballast, "");
      // From large pieces to single pages, as far as it goes.
      for (const bytes of [1024 * 1024, 4096]) {
        const piece = Buffer.alloc(bytes);
        while (await appended(ballast, piece));
      }
    },
    free: () => rm(ballast),
    remove,
  };
}

async function appended(path: string, piece: Buffer): Promise<boolean> {
  try {
    await appendFile(path, piece);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") return false;
    throw error;
  }
}

/**
 * No file of workerd may grow beyond so many bytes: the disk has room and refuses writes all the same, as with a quota.
 * Needs no privilege. With less than 32 KiB, SQLite cannot even open what is there.
 */
export async function fileSizeLimit(maxBytes: number): Promise<FullDisk> {
  const path = await temporaryDirectory("limited");
  const limit = async (server: RunningServer, bytes: string) => {
    const pid = await server.workerdPid();
    // The next process begins without the limit.
    if (await isRunning(pid)) execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:unlimited`]);
  };
  return {
    dataDir: join(path, "data"),
    fill: (server) => limit(server, String(maxBytes)),
    free: (server) => limit(server, "unlimited"),
    remove: async () => undefined,
  };
}

function succeeds([command = "", ...args]: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
