import { type EngineLink, isNotFound, messageOf } from "../engine/engine-link.ts";
import type { Reconciler } from "../engine/reconciler.ts";
import { refusal, type RunAction, statusOf } from "../lifecycle.ts";
import { Refusal } from "../refusal.ts";
import { answerWait } from "../reports/merge-waits.ts";
import type { RunRecord } from "../store/run-record.ts";
import type { RunStore } from "../store/run-store.ts";

/** The event that `approve` and `reject` send when none is named: the one that `waitForApproval` waits for. */
export const APPROVAL = "approval";

export interface Decision {
  event?: string;
  approved: boolean;
  reason?: string;
  metadata?: Record<string, unknown>;
}

/**
 * What can be asked of a run. The engine does it first, then it is recorded: killed in between, the agent finds out when
 * it compares itself with the engine.
 */
export class Commands {
  readonly #store: RunStore;
  readonly #engine: EngineLink;
  readonly #reconciler: Reconciler;

  constructor(store: RunStore, engine: EngineLink, reconciler: Reconciler) {
    this.#store = store;
    this.#engine = engine;
    this.#reconciler = reconciler;
  }

  /** @throws Refusal when there is no such run of this agent */
  find(id: string): RunRecord {
    const run = this.#store.get(id);
    if (run === undefined)
      throw new Refusal("unknown_run", `This agent has no run "${id.slice(0, 100)}". (instance.not_found)`);
    return run;
  }

  async pause(id: string): Promise<void> {
    await this.#command("pause", id, async (run) => {
      await this.#engine.pause(run);
      this.#changeIfLive(id, { paused: true });
    });
  }

  async resume(id: string): Promise<void> {
    await this.#command("resume", id, async (run) => {
      await this.#engine.resume(run);
      this.#changeIfLive(id, { paused: false });
    });
  }

  async cancel(id: string): Promise<void> {
    await this.#command("cancel", id, async (run) => {
      await this.#engine.terminate(run);
      const now = this.#store.get(id);
      if (now !== undefined && this.#store.isLive(now)) {
        this.#store.end(now, "cancelled", { settled: true, paused: false });
      }
    });
  }

  async restart(id: string): Promise<void> {
    await this.#command("restart", id, async (run) => {
      await this.#engine.restart(run);
      const now = this.#store.get(id);
      if (now !== undefined) this.#store.reset(now);
    });
  }

  /** @throws Refusal when the run is known not to wait for this decision: the next wait would take it for its own */
  async decide(
    id: string,
    { event = APPROVAL, approved, reason, metadata }: Decision,
    when: "when it waits" | "early too" = "when it waits",
  ): Promise<void> {
    await this.#command(approved ? "approve" : "reject", id, async (run) => {
      if (when !== "early too" && run.waitsAt > 0 && !run.waits.some((wait) => wait.event === event)) {
        throw new Refusal("not_waiting", `This run does not wait for "${event}".`);
      }
      await this.#send(run, { type: event, payload: { approved, reason, metadata } });
    });
  }

  async sendEvent(id: string, event: { type: string; payload?: unknown }): Promise<void> {
    await this.#command("sendEvent", id, (run) => this.#send(run, { type: event.type, payload: event.payload }));
  }

  remove(id: string): void {
    const run = this.#admitted("delete", id);
    this.#store.remove(run);
    this.#engine.forget(id);
  }

  /** The engine's own word. */
  async status(id: string): Promise<InstanceStatus> {
    const run = this.find(id);
    const status = await this.#engine.status(run);
    if (status === "missing") {
      throw new Refusal("unknown_run", `The workflow instance of run "${id}" does not exist. (instance.not_found)`);
    }
    return status;
  }

  async #send(run: RunRecord, event: { type: string; payload: unknown }): Promise<void> {
    // Taken away before it is sent: of two who answer at once, one is told that nothing waits any more.
    const { waits } = run;
    const left = answerWait(waits, event.type);
    if (left.length < waits.length) this.#store.setWaits(run, left, Date.now());
    try {
      await this.#engine.sendEvent(run, event);
    } catch (error) {
      const now = this.#store.get(run.id);
      if (left.length < waits.length && now?.outcome === null) this.#store.setWaits(now, waits, Date.now());
      throw error;
    }
  }

  #admitted(action: RunAction, id: string): RunRecord {
    const run = this.find(id);
    const reason = refusal(action, statusOf(run));
    if (reason !== null) throw new Refusal("not_now", reason);
    return run;
  }

  /** An engine that refuses knows more than the agent does: the agent learns it, and refuses in its own words. */
  async #command(action: RunAction, id: string, work: (run: RunRecord) => Promise<void>): Promise<void> {
    const run = this.#admitted(action, id);
    try {
      await work(run);
    } catch (error) {
      if (error instanceof Refusal || !(isNotFound(error) || /\(instance\.\w+\)/.test(messageOf(error)))) throw error;
      await this.#reconciler.compare(id);
      const now = this.#store.get(id);
      const reason = now === undefined ? null : refusal(action, statusOf(now));
      throw new Refusal("not_now", reason ?? messageOf(error), { cause: error });
    }
  }

  #changeIfLive(id: string, fields: { paused: boolean }): void {
    const run = this.#store.get(id);
    if (run !== undefined && this.#store.isLive(run)) this.#store.change(run, fields);
  }
}
