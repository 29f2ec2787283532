import type { AwaitAnswer, Awaited, TestAnswer, TestCall } from "../engine/testing/test-protocol.ts";
import { PawlError } from "../compiler/index.ts";

/** How long one request for something that is waited for is held open. */
const WAIT_MS = 5000;
/** Beyond the time that the answer may take by itself: the machine may have other things to do. */
const SLACK_MS = 30_000;
/** After a request that found nobody there. */
const AGAIN_AFTER_MS = 50;

type Pending = AwaitAnswer & { is: "pending" };

/** As much of a server as the way to its engine needs. */
export interface Reachable {
  /** Passes on one call; rejects when nobody is there. */
  test(call: TestCall, timeoutMs: number): Promise<unknown>;
  /** `killed`: may be up again. */
  readonly state: "up" | "killed" | "stopped";
  /** The last lines of the log, for an error's text. */
  lastLines(): readonly string[];
}

/** The way to the workflow engine of a test server. */
export class Engine {
  /** Bindings with a session of `introspectWorkflow`. */
  readonly sessions = new Set<string>();
  readonly #server: Reachable;
  readonly #patienceMs: number;

  constructor(server: Reachable, patienceMs: number) {
    this.#server = server;
    this.#patienceMs = patienceMs;
  }

  get isStopped(): boolean {
    return this.#server.state === "stopped";
  }

  /** @throws what the engine answers with */
  async ask(call: TestCall): Promise<unknown> {
    if (this.#server.state !== "up") {
      throw new PawlError("server_down", `The test server is ${this.#server.state}.${this.#hint()}`);
    }
    return unwrap(await this.#server.test(call, SLACK_MS));
  }

  /** Waits also while the server is killed and started again. @throws when the patience is over */
  async await(
    workflow: string,
    id: string,
    what: Awaited,
    patienceMs = this.#patienceMs,
  ): Promise<Exclude<AwaitAnswer, Pending>> {
    const until = Date.now() + patienceMs;
    let last: Pending = { is: "pending", status: "not known", steps: [] };
    for (;;) {
      if (this.isStopped) throw new PawlError("server_down", "The test server was stopped while a test waited.");
      const waitMs = Math.max(0, Math.min(WAIT_MS, until - Date.now()));
      const answer = await this.#look({ op: "await", workflow, id, what, waitMs });
      if (answer !== undefined && answer.is !== "pending") return answer;
      last = answer ?? last;
      if (Date.now() >= until)
        throw this.#impatient(`instance "${id}" of workflow "${workflow}"`, what, patienceMs, last);
      if (answer === undefined) {
        await new Promise((resolve) => {
          setTimeout(resolve, AGAIN_AFTER_MS);
        });
      }
    }
  }

  /** Undefined when nobody was there: the server is being started again, or has just been killed. */
  async #look(call: TestCall & { op: "await" }): Promise<AwaitAnswer | undefined> {
    if (this.#server.state !== "up") return undefined;
    let answer: unknown;
    try {
      answer = await this.#server.test(call, call.waitMs + SLACK_MS);
    } catch {
      return undefined;
    }
    return unwrap(answer) as AwaitAnswer;
  }

  #hint(): string {
    return this.#server.state === "killed" ? " Start it again with server.restart()." : "";
  }

  #impatient(subject: string, what: Awaited, patienceMs: number, { status, steps }: Pending): PawlError {
    const wanted = "status" in what ? `to be "${what.status}"` : `to end its step "${what.step.name}"`;
    const lines = [
      `Waited ${patienceMs / 1000} s for ${subject} ${wanted}; it is "${status}".`,
      ...(steps.length === 0 ? [] : ["Its last steps:", ...steps.map((step) => `  ${step}`)]),
    ];
    const log = this.#server.lastLines();
    if (log.length > 0) lines.push("The server's last lines:", ...log.map((line) => `  ${line}`));
    return new PawlError("waited_in_vain", lines.join("\n"));
  }
}

function unwrap(answer: unknown): unknown {
  // What crosses between test and engine was made by the two of us.
  const made = answer as TestAnswer;
  if ("value" in made) return made.value;
  const error = new Error(made.error.message);
  error.name = made.error.name;
  throw error;
}
