import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JsonValue, PawlError } from "../compiler/index.ts";
import { ListenError, type LogEntry, type LogSink, type Server, startServer } from "../host/index.ts";
import { Engine, type Reachable } from "./engine.ts";
import type { TestCall } from "../engine/testing/test-protocol.ts";
import { type TestWorkflow, WorkflowHandle } from "./workflow.ts";

export interface TestServerOptions {
  /** A folder with a wrangler configuration, or the configuration file itself. Default: the current folder. */
  readonly project?: string;
  /** Environment of the configuration (`env.<name>`). */
  readonly environment?: string;
  /** Variables beside the project's, and in place of those of the same name: the address of a stand-in, for example. */
  readonly vars?: Readonly<Record<string, JsonValue>>;
  /** `false`: the project's own `build.command` is not run, and the assets are those that are there. Default `true`. */
  readonly buildPage?: boolean;
  /** Where data is kept. Default: a temporary folder, removed when the server is stopped. */
  readonly dataDirectory?: string;
  /** How long a test waits for a status or a step, in milliseconds. Default 30,000. */
  readonly patienceMs?: number;
  /** Takes the application's log. Default: nothing is printed; `server.log` has it either way. */
  readonly log?: LogSink;
}

/** A server of one's own for a test, on this machine alone and a free port. */
export interface TestServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`; another one after a restart that finds the port taken. */
  readonly url: string;
  /** `127.0.0.1:<port>`, as clients of agents take it. */
  readonly host: string;
  readonly dataDirectory: string;
  /** The last 1,000 entries of the log. */
  readonly log: readonly LogEntry[];
  /** `fetch` with paths of this server, `/api/orders`. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** A workflow by the name of its binding. @throws PawlError when there is none of that name */
  workflow<Params = unknown>(binding: string): TestWorkflow<Params>;
  /** Ends the server as `kill -9` does. What is on disk stays; `restart` goes on with it. */
  kill(): Promise<void>;
  /** Builds the project again and starts on the same data; stops the server before, when it runs. */
  restart(): Promise<void>;
  /** Stops the server and removes its temporary data. May be called more than once. */
  stop(): Promise<void>;
}

const MOST_ENTRIES = 1000;
const SHOWN_LINES = 10;

/**
 * Starts a project as `pawl start` does, for a test: on a free port, on data of its own, and with a way for the test to
 * look into runs and change what they meet.
 *
 * @example
 * const server = await startTestServer({ project: "." });
 * afterAll(() => server.stop());
 *
 * @throws PawlError when the project cannot be built or does not start
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const isOwn = options.dataDirectory === undefined;
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), "pawl-test-")));
  const server = new RunningTestServer(options, dataDirectory, isOwn);
  try {
    await server.restart();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

class RunningTestServer implements TestServer, Reachable {
  readonly dataDirectory: string;
  readonly log: LogEntry[] = [];
  state: Reachable["state"] = "killed";
  readonly #options: TestServerOptions;
  readonly #isDataOwn: boolean;
  readonly #engine: Engine;
  #server: Server | undefined;
  #port = 0;

  constructor(options: TestServerOptions, dataDirectory: string, isDataOwn: boolean) {
    this.#options = options;
    this.dataDirectory = dataDirectory;
    this.#isDataOwn = isDataOwn;
    this.#engine = new Engine(this, options.patienceMs ?? 30_000);
  }

  get url(): string {
    return `http://${this.host}`;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(new URL(path, this.url), init);
  }

  workflow<Params = unknown>(binding: string): TestWorkflow<Params> {
    const workflows = this.#server?.project.workflows ?? [];
    const found = workflows.find((workflow) => workflow.binding === binding);
    if (found !== undefined) return new WorkflowHandle<Params>(this.#engine, found);
    const known = workflows.map((workflow) => workflow.binding).join(", ");
    throw new PawlError(
      "unknown_binding",
      `The project has no workflow binding "${binding}".${known === "" ? "" : ` It has: ${known}.`}`,
    );
  }

  async test(call: TestCall, timeoutMs: number): Promise<unknown> {
    if (this.#server === undefined) throw new Error("The server is not there.");
    return this.#server.test(call, timeoutMs);
  }

  lastLines(): readonly string[] {
    return this.log.slice(-SHOWN_LINES).map(({ level, message }) => `${level} ${message}`);
  }

  async kill(): Promise<void> {
    if (this.state !== "up") return;
    this.state = "killed";
    this.#server?.killNow();
    await this.#server?.close();
  }

  async restart(): Promise<void> {
    if (this.state === "stopped") throw new PawlError("server_down", "The test server was stopped for good.");
    if (this.state === "up") {
      this.state = "killed";
      await this.#server?.close();
    }
    this.#server = await this.#start(this.#port).catch((error: unknown) => {
      if (error instanceof ListenError && this.#port !== 0) return this.#start(0);
      throw error;
    });
    this.#port = this.#server.port;
    this.state = "up";
  }

  #start(port: number): Promise<Server> {
    const { project = ".", environment, vars, buildPage } = this.#options;
    return startServer({
      project,
      port,
      dataDirectory: this.dataDirectory,
      testing: true,
      // Nobody waits for the connections of a test.
      limits: { stopGraceMs: 200 },
      log: (entry) => this.#note(entry),
      ...(environment !== undefined && { environment }),
      ...(vars !== undefined && { vars }),
      ...(buildPage === false && { page: "as-is" }),
    });
  }

  #note(entry: LogEntry): void {
    if (entry.internal === true) return;
    this.log.push(entry);
    if (this.log.length > MOST_ENTRIES) this.log.splice(0, this.log.length - MOST_ENTRIES);
    this.#options.log?.(entry);
  }

  async stop(): Promise<void> {
    this.state = "stopped";
    await this.#server?.close();
    if (!this.#isDataOwn) return;
    await rm(this.dataDirectory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
