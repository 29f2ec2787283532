import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const STOPPED_WITHIN_MS = 10_000;
/** Times in a row: one that is being traced stands still at every system call, for a moment. */
const SEEN_STOPPED = 5;

/** Does something while every thread of a process stands still, between two of its system calls. */
export async function whileFrozen<T>(pid: number, work: () => Promise<T>): Promise<T> {
  process.kill(pid, "SIGSTOP");
  try {
    const until = Date.now() + STOPPED_WITHIN_MS;
    for (let seen = 0; seen < SEEN_STOPPED;) {
      if (Date.now() > until) throw new Error(`Process ${pid} does not stop.`);
      seen = (await isStopped(pid)) ? seen + 1 : 0;
      await delay(5);
    }
    return await work();
  } finally {
    process.kill(pid, "SIGCONT");
  }
}

/** `T`: stopped by a signal; `t`: by whoever traces it. */
async function isStopped(pid: number): Promise<boolean> {
  const { stdout } = await run("ps", ["-o", "state=", "-p", String(pid)]);
  return /^[Tt]/.test(stdout.trim());
}
