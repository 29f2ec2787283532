import type { RunStore } from "../store/run-store.ts";
import type { EngineLink } from "./engine-link.ts";

const UNDER_WAY: ReadonlySet<string> = new Set(["queued", "running", "waiting", "paused", "waitingForPause"]);
/** How often the engine is asked about one run that nobody expects to report. */
const ASK_AGAIN_MS = 30_000;

/** Where a report says it comes from. */
export interface Reporter {
  run: string;
  /** Name of the workflow's binding. */
  workflow: string;
}

/**
 * Takes in runs that report to this agent although it does not know them to be under way: one that was started
 * elsewhere, and one that was restarted by an operator. The engine decides whether it really is under way, so that a late
 * report of a run that has ended, or was deleted, takes in nothing.
 */
export class Adoption {
  readonly #store: RunStore;
  readonly #engine: EngineLink;
  readonly #asked = new Map<string, number>();

  constructor(store: RunStore, engine: EngineLink) {
    this.#store = store;
    this.#engine = engine;
  }

  async adopt({ run: id, workflow }: Reporter): Promise<void> {
    if (this.#isExpected(id) || !(await this.#isUnderWay(id, workflow))) return;
    // The answer took its time: somebody may have done it meanwhile.
    if (this.#isExpected(id)) return;
    const run = this.#store.get(id);
    if (run === undefined) {
      this.#engine.track({ id, workflow });
      this.#store.add({ id, workflow, created: true }, undefined);
    } else this.#store.reset(run);
  }

  /** What has completed completed; a run that failed or was cancelled may have been restarted. */
  #isExpected(id: string): boolean {
    const run = this.#store.get(id);
    return run !== undefined && !(run.settled && (run.outcome === "error" || run.outcome === "cancelled"));
  }

  async #isUnderWay(id: string, workflow: string): Promise<boolean> {
    const now = Date.now();
    if (now - (this.#asked.get(id) ?? 0) < ASK_AGAIN_MS) return false;
    if (this.#asked.size >= 1000) this.#asked.clear();
    this.#asked.set(id, now);
    const status = await this.#engine.status({ id, workflow });
    if (status === "missing" || !UNDER_WAY.has(status.status)) return false;
    this.#asked.delete(id);
    return true;
  }
}
