import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { REPOSITORY } from "../../support/repository.ts";
import { FIXTURE } from "../places.ts";
import type { Chronicle } from "../record/chronicle.ts";
import type { Boot, Kill } from "../record/record.ts";

const READY_WITHIN_MS = 60_000;

export interface ServerOptions {
  /** For the project, the data and the log; made when it is missing. */
  readonly folder: string;
  readonly chronicle: Chronicle;
  /** Where effects are told. */
  readonly witness: string;
  /** The command line under test. */
  readonly cli: string;
  /** Default: `data` in the folder. */
  readonly dataDir?: string;
}

interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly event?: string;
  readonly workerdPid?: number;
  readonly [fact: string]: unknown;
}

/** The application under test, served by the real command line, which may be killed and started at any moment. */
export class ChaosServer {
  readonly url: string;
  readonly dataDir: string;
  readonly #options: ServerOptions;
  readonly #port: number;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #workerd: number | undefined;
  #boot: Boot | undefined;
  #gate = makeGate();

  private constructor(options: ServerOptions, port: number) {
    this.#options = options;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.dataDir = options.dataDir ?? join(options.folder, "data");
    this.#log = createWriteStream(join(options.folder, "server.log"), { flags: "a" });
  }

  /** Writes the project; the server is not started yet. */
  static async prepare(options: ServerOptions): Promise<ChaosServer> {
    const project = join(options.folder, "project");
    await mkdir(options.folder, { recursive: true });
    await cp(FIXTURE, project, { recursive: true });
    await mkdir(join(project, "node_modules"));
    // The package that the command line is of, and what the application imports beside it.
    await symlink(join(options.cli, "..", "..", ".."), join(project, "node_modules", "pawl"));
    await symlink(join(REPOSITORY, "node_modules", "agents"), join(project, "node_modules", "agents"));
    await writeFile(join(project, ".dev.vars"), `WITNESS=${options.witness}\n`);
    return new ChaosServer(options, await freePort());
  }

  /** Resolves when requests may be sent. */
  get opened(): Promise<void> {
    return this.#gate.promise;
  }

  get isOpen(): boolean {
    return this.#gate.isOpen;
  }

  get isReady(): boolean {
    return this.#boot?.readyAt !== undefined && this.#boot.endedAt === undefined;
  }

  get workerdPid(): number | undefined {
    return this.#workerd;
  }

  /**
   * Starts the command line. Resolves with true when it is ready, and with false when it was killed before that.
   * @throws when it ended by itself, with the end of its log
   */
  async start(): Promise<boolean> {
    const { folder, cli, chronicle } = this.#options;
    const args = [cli, "start", join(folder, "project"), "--data", this.dataDir, "--port", String(this.#port)];
    const child = spawn(process.execPath, [...args, "--log-format", "json"], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    const boot: Boot = { spawnedAt: Date.now() };
    chronicle.record.boots.push(boot);
    this.#boot = boot;
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once("close", () => {
        boot.endedAt ??= Date.now();
        this.close();
        resolve();
      });
    });
    const last: string[] = [];
    const ready = new Promise<true>((resolve) => {
      const onLine = (text: string): void => {
        last.push(text);
        if (last.length > 20) last.shift();
        this.#log.write(`${text}\n`);
        const line = parseLine(text);
        if (line !== undefined && this.#hear(line, boot)) resolve(true);
      };
      createInterface({ input: child.stdout }).on("line", onLine);
      createInterface({ input: child.stderr }).on("line", onLine);
    });
    const timer = setTimeout(() => killGroup(child.pid), READY_WITHIN_MS);
    const isReady = await Promise.race([ready, this.#ended.then(() => false)]);
    clearTimeout(timer);
    if (!isReady && child.signalCode === null) throw new Error(`The server did not start:\n${last.join("\n")}`);
    return isReady;
  }

  #hear(line: LogLine, boot: Boot): boolean {
    const { chronicle } = this.#options;
    if (isComplaint(line)) chronicle.complain(`the server's log says: ${line.message}`);
    if (line.event !== "ready" && line.event !== "restarted") return false;
    this.#workerd = line.workerdPid;
    if (line.event === "restarted") this.#runtimeIsUp();
    else boot.readyAt = Date.now();
    return true;
  }

  /** A start of workerd alone counts as a boot like any other. */
  #runtimeIsUp(): void {
    const { boots } = this.#options.chronicle.record;
    const now = Date.now();
    const boot: Boot = { spawnedAt: this.#boot?.endedAt ?? now, readyAt: now };
    boots.push(boot);
    this.#boot = boot;
    this.#child?.once("close", () => {
      boot.endedAt ??= Date.now();
    });
    this.#runtimeUp?.();
  }

  #runtimeUp: (() => void) | undefined;

  /** Resolves when workerd, killed alone, is up again. */
  runtimeUp(): Promise<void> {
    return new Promise((resolve) => {
      this.#runtimeUp = resolve;
    });
  }

  /** Lets requests through. */
  open(): void {
    if (this.#boot !== undefined) this.#boot.openedAt ??= Date.now();
    this.#gate.open();
  }

  /** Holds requests back from now on; those under way are lost by themselves. */
  close(): void {
    if (this.#gate.isOpen) this.#gate = makeGate();
  }

  /** At once, without warning: everything that belongs to the server, or workerd alone. */
  kill(how: Exclude<Kill["how"], "stop">, when: string): void {
    const at = Date.now();
    killGroup(this.#workerd);
    if (how === "group") killGroup(this.#child?.pid);
    if (this.#boot !== undefined) this.#boot.endedAt ??= at;
    this.#workerd = undefined;
    this.close();
    this.#options.chronicle.record.kills.push({ at, how, when });
  }

  /** For the last time. */
  async end(): Promise<void> {
    await this.stop();
    await new Promise((resolve) => {
      this.#log.end(resolve);
    });
  }

  /** As Ctrl-C does; resolves when it has ended. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    this.close();
    child.kill("SIGINT");
    await this.#ended;
  }

  /** Resolves when the command line has ended. */
  get ended(): Promise<void> {
    return this.#ended;
  }
}

/** SIGKILL for the process group that this process leads, if there is one. */
function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

/** What the engine and the host say when something is wrong that no application has caused. */
function isComplaint({ level, message }: LogLine): boolean {
  if (level !== "error" && level !== "warn") return false;
  return /cannot be read|could not write its journal|could not be rolled back|did not start|did not answer at start|has been blocked|could not reach what it calls|uncaught/i.test(
    message,
  );
}

function parseLine(text: string): LogLine | undefined {
  if (!text.startsWith("{")) return undefined;
  return JSON.parse(text) as LogLine;
}

interface Gate {
  readonly promise: Promise<void>;
  readonly open: () => void;
  isOpen: boolean;
}

function makeGate(): Gate {
  let pass = (): void => {};
  const promise = new Promise<void>((resolve) => {
    pass = resolve;
  });
  const gate: Gate = {
    promise,
    isOpen: false,
    open: () => {
      gate.isOpen = true;
      pass();
    },
  };
  return gate;
}

/**
 * Kept over all starts, so that clients find the server again: below the range from which systems take the ports of
 * outgoing connections, or one of those might sit on it while the server is down.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
