import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { REPOSITORY } from "./repository.ts";

export const CLI = join(REPOSITORY, "dist", "cli", "main.js");
const READY_WITHIN_MS = 60_000;

export interface StartCliOptions {
  /** Default: `start`. */
  readonly command?: "start" | "dev";
  /** Further arguments for the command. */
  readonly args?: readonly string[];
  /** Further environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a temporary directory, removed after the tests. */
  readonly dataDir?: string;
  /** Default: the one built in this repository. */
  readonly cli?: string;
}

/** One line of the CLI's JSON log. */
export interface LogLine {
  readonly level: string;
  readonly source: string;
  readonly message: string;
  readonly event?: string;
  readonly stack?: string;
  readonly frame?: string;
  readonly [fact: string]: unknown;
}

/** `pawl start`, or `pawl dev`, as a process of its own; `restart` starts it. */
export class RunningServer {
  readonly dataDir: string;
  url = "";
  /** Process of the CLI; leader of its own process group. */
  pid = -1;
  readonly #command: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #stdout = "";
  #stderr = "";
  readonly #waiters = new Set<() => void>();

  constructor(
    projectDir: string,
    dataDir: string,
    { command = "start", args = [], env = {}, cli = CLI }: StartCliOptions,
  ) {
    this.dataDir = dataDir;
    this.#command = [cli, command, projectDir, "--data", dataDir, "--log-format", "json", "--port", "0", ...args];
    this.#env = { ...process.env, NO_COLOR: "1", ...env };
  }

  /** Everything that the process has written so far, over all starts. */
  output(): string {
    return this.#stdout + this.#stderr;
  }

  /** The log so far, over all starts. */
  log(): LogLine[] {
    return this.#stdout
      .split("\n")
      .slice(0, -1)
      .filter((line) => line.startsWith("{"))
      .map(parseLogLine);
  }

  /** Resolves with the first entry of the log, past or to come, that fits. @throws after 30 s, with the whole output */
  async logged(fits: (line: LogLine) => boolean, withinMs = 30_000): Promise<LogLine> {
    return this.#until(() => this.log().find(fits), withinMs);
  }

  /** The workerd process that serves at present. */
  async workerdPid(): Promise<number> {
    const lock = JSON.parse(await readFile(join(this.dataDir, "lock"), "utf8")) as { workerd: { pid: number } };
    return lock.workerd.pid;
  }

  /** Starts the same command on the same data again, after `stop` or `kill9`. The port is another one. */
  async restart(): Promise<void> {
    const seen = this.#stdout.length;
    const child = spawn(process.execPath, this.#command, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: this.#env,
    });
    this.#child = child;
    this.pid = child.pid ?? -1;
    running.add(this.pid);
    child.stdout.setEncoding("utf8").on("data", (text: string) => this.#wrote(() => (this.#stdout += text)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.#wrote(() => (this.#stderr += text)));
    child.once("close", () => this.#wrote(() => running.delete(this.pid)));
    const ready = await this.#until(() => {
      const line = this.#stdout
        .slice(seen)
        .split("\n")
        .slice(0, -1)
        .find((text) => text.includes('"event":"ready"'));
      if (line === undefined && child.exitCode !== null) throw new Error(`pawl start ended: ${this.output()}`);
      return line === undefined ? undefined : parseLogLine(line);
    }, READY_WITHIN_MS);
    this.url = String(ready["url"]);
  }

  /** Stops the server as Ctrl-C does. Resolves with the exit code. May be called more than once. */
  async stop(): Promise<number | null> {
    this.#child?.kill("SIGINT");
    return this.exited();
  }

  /** Kills the CLI's process group without warning and waits until workerd is gone as well. */
  async kill9(): Promise<void> {
    const workerd = await this.workerdPid();
    process.kill(-this.pid, "SIGKILL");
    await this.exited();
    await untilGone(workerd);
  }

  /** Resolves with the exit code when the CLI has ended. */
  async exited(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || !running.has(this.pid)) return child?.exitCode ?? null;
    return new Promise((resolve) => {
      child.once("close", (code) => resolve(code));
    });
  }

  #wrote(change: () => void): void {
    change();
    for (const waiter of this.#waiters) waiter();
  }

  async #until<T>(find: () => T | undefined, withinMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#waiters.delete(look);
        settle();
      };
      const look = () => {
        try {
          const found = find();
          if (found !== undefined) finish(() => resolve(found));
        } catch (error) {
          finish(() => reject(error));
        }
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`Not seen within ${withinMs} ms in:\n${this.output()}`))),
        withinMs,
      );
      this.#waiters.add(look);
      look();
    });
  }
}

/** Resolves when there is no such process any more. @throws after 10 s */
export async function untilGone(pid: number): Promise<void> {
  const until = Date.now() + 10_000;
  while (await isRunning(pid)) {
    if (Date.now() > until) throw new Error(`Process ${pid} still runs.`);
    await delay(10);
  }
}

/** Whether a process runs; one that has ended and is not yet reaped does not. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat === "" ? process.platform !== "linux" : !/\) [ZX] /.test(stat);
}

/** Process groups of servers that have been started and have not ended. */
const running = new Set<number>();

/** Ends every server of this process that still runs. */
export async function killServers(): Promise<void> {
  const left = [...running];
  for (const pid of left) killGroup(pid);
  await Promise.all(left.map(untilGone));
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

function parseLogLine(line: string): LogLine {
  return JSON.parse(line) as LogLine;
}
