import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type LogLine, type RunningServer, startCli } from "../support/server.ts";
import { Door } from "../support/door.ts";
import type { Answer, Call } from "../fixtures/fuzz-app/recipe.ts";

const PROJECT = fileURLToPath(new URL("../fixtures/fuzz-app", import.meta.url));
/** What workerd may take, however long it is fuzzed: the heap's own limit is above it. */
const MAX_RESIDENT_BYTES = 2 * 1024 ** 3;
const PATIENCE_MS = 40_000;

/** Frames of a stack: for nobody but the log. */
const STACK = /\n\s+at .+:\d+/;
/** Nothing of this may come to a client: it tells where the server lives, or what it is made of. */
const LEAKS = [
  STACK,
  /\/(?:home|root|tmp|usr|work)\//,
  /node_modules/,
  /\.[cm]?[jt]s:\d+/,
  /workerd\//,
  /kj\/|\.c\+\+:\d+/,
  /nobody may read this/,
];

/** The application under fire, on a real server. */
export class FuzzApp {
  readonly server: RunningServer;
  readonly door: Door;
  readonly #pid: number;
  #ids = 0;

  private constructor(server: RunningServer, pid: number) {
    this.server = server;
    this.door = new Door(server.dataDir);
    this.#pid = pid;
  }

  static async start(): Promise<FuzzApp> {
    const server = await startCli(PROJECT, { args: ["--shards", "2"] });
    return new FuzzApp(server, await server.workerdPid());
  }

  newId(prefix: string): string {
    return `${prefix}-${++this.#ids}`;
  }

  async call(call: Call): Promise<Answer> {
    const response = await fetch(`${this.server.url}/call`, { method: "POST", body: JSON.stringify(call) });
    const text = await response.text();
    refuseLeaks(text);
    if (response.status !== 200) throw new Error(`${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  }

  async status(binding: string, id: string): Promise<string> {
    const { status } = await this.door.read<{ status: string }>(`/runs/${binding}/${encodeURIComponent(id)}`);
    return status;
  }

  async until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    while (!(await condition())) {
      if (Date.now() > giveUpAt) throw new Error(`Waited in vain until ${what}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
  }

  /**
   * The server is what it was: the same process, in good health, able to do its work, of a bounded size, and with no
   * error in its log that is not the application's.
   * @throws Error that says what is wrong
   */
  async check(): Promise<void> {
    const pid = await this.server.workerdPid();
    if (pid !== this.#pid) throw new Error(`workerd was restarted:\n${this.#tail()}`);
    const health = await this.door.read<{ ok: boolean }>("/health");
    if (!health.ok) throw new Error(`The server is not well: ${JSON.stringify(health)}`);
    const canary = this.newId("canary");
    await this.call({ binding: "PLAIN", method: "create", args: [{ kind: "json", value: { id: canary } }] });
    await this.until(`${canary} is complete`, async () => (await this.status("plain", canary)) === "complete");
    const resident = await residentBytes(pid);
    if (resident > MAX_RESIDENT_BYTES) throw new Error(`workerd takes ${resident} bytes`);
    const fault = this.server.log().find(isFault);
    if (fault !== undefined)
      throw new Error(`The log has an error that is not the application's: ${JSON.stringify(fault)}`);
  }

  #tail(): string {
    return this.server.output().slice(-5000);
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }
}

/** @throws Error with the place, when a text for a client tells of the inside of the server */
export function refuseLeaks(text: string, leaks: readonly RegExp[] = LEAKS): void {
  for (const leak of leaks) {
    const found = leak.exec(text);
    if (found === null) continue;
    const from = Math.max(0, found.index - 200);
    throw new Error(`A client was told "${found[0]}", in: ${text.slice(from, found.index + 200)}`);
  }
}

/** An operator, who has the door's token, may know where the data is. */
export function refuseStacks(text: string): void {
  refuseLeaks(text, [STACK]);
}

/** What the host and the engine report as errors, apart from runs of the application that have failed. */
function isFault({ level, source, message }: LogLine): boolean {
  if (level !== "error" && level !== "warn") return false;
  if (source !== "worker") return true;
  // What the application throws is its own affair.
  const isRuns = /^workflow \S+ run .*? (?:failed|attempt \d+ failed)/s.test(message);
  const isHostile =
    /^Un(?:caught|handled rejection:) /.test(message) && (message.includes("fuzz-app/") || !message.includes("\n"));
  return !isRuns && !isHostile && /^workflow |^Uncaught |^Unhandled rejection|internal error/.test(message);
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}
