import type { OpenWait } from "../store/run-record.ts";
import { isEngineAbort } from "../reports/engine-abort.ts";
import { durationMs } from "./duration.ts";
import type { Reporter } from "./reporter.ts";
import type { Scopes } from "./scopes.ts";

/** What the engine takes when no timeout is given. */
const DEFAULT_TIMEOUT_MS = 24 * 60 * 60_000;

/** Tells the agent which events a run waits for. */
export class Waits {
  readonly #reporter: Reporter;
  readonly #scopes: Scopes;
  #open: OpenWait[] = [];
  /** What the agent was told last, in this execution. */
  #told: string | undefined;
  #isTelling = false;

  constructor(reporter: Reporter, scopes: Scopes) {
    this.#reporter = reporter;
    this.#scopes = scopes;
  }

  /** Runs a wait of the engine's, and tells the agent of it unless it is over at once: then a replay has come past it. */
  async during<T>(step: string, options: unknown, wait: () => Promise<T>): Promise<T> {
    const open = openWait(step, this.#scopes.use(`wait:${step}`), options);
    this.#open.push(open);
    this.#tell();
    try {
      const event = await wait();
      this.#close(open);
      return event;
    } catch (error) {
      // Whoever is stopped while it waits waits all the same, and has this moment left to say so.
      if (isEngineAbort(error)) await this.#tellNow();
      else this.#close(open);
      throw error;
    }
  }

  #close(wait: OpenWait): void {
    this.#open = this.#open.filter((other) => other !== wait);
    this.#tell();
  }

  /** Soon, and what is true then. */
  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    setTimeout(() => {
      this.#isTelling = false;
      void this.#tellNow();
    }, 0);
  }

  async #tellNow(): Promise<void> {
    const now = JSON.stringify(this.#open.map(({ step, count }) => [step, count]));
    if (now === this.#told) return;
    this.#told = now;
    await this.#reporter.say({ kind: "waits", waits: this.#open, at: Date.now() });
  }
}

function openWait(step: string, count: number, options: unknown): OpenWait {
  const { type, timeout } = typeof options === "object" && options !== null ? (options as Record<string, unknown>) : {};
  const since = Date.now();
  const timeoutMs = timeout ? durationMs(timeout) : DEFAULT_TIMEOUT_MS;
  return { step, count, event: String(type), since, until: timeoutMs === undefined ? null : since + timeoutMs };
}
