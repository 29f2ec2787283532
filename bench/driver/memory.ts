import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

const LOOK_EVERY_MS = 500;
/** Memory is taken for settled when it has not moved by more than this … */
const STILL_BYTES = 1024 * 1024;
/** … for so many looks. */
const STILL_LOOKS = 6;
const MAX_LOOKS = 60;

/** Bytes of memory that processes hold, once they have stopped moving, or at once. Linux only. @throws elsewhere */
export async function settledMemory(pids: readonly number[], atOnce: boolean): Promise<number> {
  if (atOnce) return residentMemory(pids);
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  let still = 0;
  let bytes = 0;
  for (let look = 0; look < MAX_LOOKS && still < STILL_LOOKS; look++) {
    bytes = await residentMemory(pids);
    low = Math.min(low, bytes);
    high = Math.max(high, bytes);
    if (high - low > STILL_BYTES) {
      [low, high, still] = [bytes, bytes, 0];
    } else still++;
    await delay(LOOK_EVERY_MS);
  }
  return bytes;
}

async function residentMemory(pids: readonly number[]): Promise<number> {
  const sizes = await Promise.all(pids.map(proportionalSize));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Resident bytes of a process; what it shares with others counts in part, so that several can be added up. */
async function proportionalSize(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1];
  if (kilobytes === undefined) throw new Error(`/proc/${pid}/smaps_rollup does not tell Pss.`);
  return Number(kilobytes) * 1024;
}
