import { isPlatformTransientError } from "agents";
import { type Bulletin, CALLBACK_METHOD, isReportMethod, type ReportOrigin } from "../reports/keyed-report.ts";
import type { Scopes } from "./scopes.ts";

/** The agent's methods as a workflow calls them. */
export interface Gateway {
  takeReport(origin: ReportOrigin, args: unknown[]): Promise<void>;
  takeBulletin(run: string, workflow: string, bulletin: Bulletin): Promise<void>;
}

/** Who reports. */
export interface Identity {
  run: string;
  /** Name of the workflow's binding. */
  workflow: string;
}

/** A report has a key, so it can be sent again: for about as long as an object takes to come back elsewhere. */
const PATIENCE_MS = 30_000;
const LONGEST_WAIT_MS = 4000;

/** Sends what a run says to its agent, again and again while the agent cannot be reached. */
export class Reporter {
  readonly #identity: Identity;
  readonly #gateway: () => Gateway;
  readonly #scopes: Scopes;
  #isTold = true;

  constructor(identity: Identity, gateway: () => Gateway, scopes: Scopes) {
    this.#identity = identity;
    this.#gateway = gateway;
    this.#scopes = scopes;
  }

  /** Calls a method of the agent so that it takes effect once, however often this call is made. */
  report(method: string, args: unknown[]): Promise<void> {
    const origin = { ...this.#identity, ...this.#scopes.key(method) };
    return this.#patiently((gateway) => gateway.takeReport(origin, args));
  }

  /** Says something of the run itself. It is for clients to see and changes nothing in the run, so it never fails it. */
  async say(bulletin: Bulletin): Promise<void> {
    const { run, workflow } = this.#identity;
    try {
      await this.#patiently((gateway) => gateway.takeBulletin(run, workflow, bulletin));
    } catch (error) {
      if (this.#isTold) console.warn(`Run "${run}" could not tell its agent what it does:`, error);
      this.#isTold = false;
    }
  }

  async #patiently(call: (gateway: Gateway) => Promise<void>): Promise<void> {
    const until = Date.now() + PATIENCE_MS;
    for (let tries = 0; ; tries++) {
      try {
        // Without `return`, so that no stub of an answer is handed on.
        await call(this.#gateway());
        return;
      } catch (error) {
        if (!isPlatformTransientError(error) || Date.now() >= until) throw error;
        await new Promise((resolve) => {
          setTimeout(resolve, Math.min(LONGEST_WAIT_MS, 50 * 2 ** tries));
        });
      }
    }
  }
}

/** Calls of these go through the reporter; all others to the agent as they are. */
export function isReported(method: string): boolean {
  return isReportMethod(method) || method === CALLBACK_METHOD;
}
