import { readdir, readFile } from "node:fs/promises";

/** The processes that a process has started and that still run. Linux only; none elsewhere. */
export async function childrenOf(parent: number): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(pids.map(parentOf));
  return pids.filter((_, i) => parents[i] === parent);
}

async function parentOf(pid: number): Promise<number | undefined> {
  try {
    // The second field is the command in brackets and may hold anything, brackets too.
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    // It has ended since the listing.
    return undefined;
  }
}

/** Processes with all that they have started, directly or not. */
export async function treesOf(roots: readonly number[]): Promise<number[]> {
  const found = [...roots];
  // Grows while it is gone through.
  for (const pid of found) found.push(...(await childrenOf(pid)));
  return found;
}
