import { spawn, type ChildProcess } from "node:child_process";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { whileFrozen } from "./freeze.ts";
import { copyData } from "./snapshot.ts";
import { parseCall, type DiskCall } from "./strace-line.ts";

const ATTACHED_WITHIN_MS = 15_000;
/** More than anybody writes at once. */
const LONGEST_WRITE = 1_000_000;

/** How strace is told to say it: times, durations, paths of descriptors, every byte in hexadecimal. */
const STRACE = [
  "-f",
  "-ttt",
  "-T",
  "-y",
  "-xx",
  "-s",
  String(LONGEST_WRITE),
  "-e",
  "trace=openat,unlinkat,pwrite64,ftruncate,fsync,fdatasync",
];

/** Every byte that a process writes to its files from a moment on, and when it had which of them brought to disk. */
export class DiskTrace {
  /** The data directory as it was when the trace began. */
  readonly base: string;
  readonly #strace: ChildProcess;
  readonly #file: string;
  readonly #from: number;

  private constructor(strace: ChildProcess, base: string, file: string, from: number) {
    this.#strace = strace;
    this.base = base;
    this.#file = file;
    this.#from = from;
  }

  /** @throws with advice when there is no strace, or it may not trace */
  static async start(pid: number, dataDir: string, folder: string): Promise<DiskTrace> {
    const file = join(folder, "trace.txt");
    const base = join(folder, "base");
    const strace = spawn("strace", [...STRACE, "-o", file, "-p", String(pid)], { stdio: ["ignore", "ignore", "pipe"] });
    await attached(strace);
    return whileFrozen(pid, async () => {
      await copyData(dataDir, base);
      // What is in the trace by now is in the copy.
      return new DiskTrace(strace, base, file, (await stat(file)).size);
    });
  }

  /** Ends the trace. The process goes on, if it still runs. */
  async end(): Promise<void> {
    if (this.#strace.exitCode !== null || this.#strace.signalCode !== null) return;
    const ended = new Promise((resolve) => {
      this.#strace.once("close", resolve);
    });
    this.#strace.kill("SIGINT");
    await ended;
  }

  /** What was done to files, in order of beginning. Only when the trace has ended. */
  async calls(): Promise<DiskCall[]> {
    const calls: DiskCall[] = [];
    const unfinished = new Map<string, string>();
    const lines = createInterface({
      input: createReadStream(this.#file, { start: this.#from }),
      crlfDelay: Number.POSITIVE_INFINITY,
    });
    for await (const line of lines) {
      const call = parseCall(line, unfinished);
      if (call !== undefined) calls.push(call);
    }
    return calls.toSorted((a, b) => a.beganAt - b.beganAt);
  }
}

function attached(strace: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string): void => {
      clearTimeout(timer);
      strace.kill("SIGKILL");
      const advice =
        "strace is needed to see what is brought to disk (Debian and Ubuntu: apt-get install strace), and the right to trace.";
      reject(new Error(`${advice} ${why}`));
    };
    const timer = setTimeout(() => fail(`It did not attach: ${said}`), ATTACHED_WITHIN_MS);
    strace.once("error", (error) => fail(error.message));
    strace.once("exit", (code) => fail(`It ended with code ${code}: ${said}`));
    strace.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      if (!said.includes("attached")) return;
      clearTimeout(timer);
      resolve();
    });
  });
}
