import type { EngineLink } from "../engine/engine-link.ts";
import type { Reconciler } from "../engine/reconciler.ts";
import { isNotFound, messageOf } from "../engine/failures.ts";
import { refusal, type RunAction, statusOf } from "../lifecycle.ts";
import { Refusal } from "../refusal.ts";
import { answerWait } from "../reports/merge-waits.ts";
import type { RunRecord } from "../store/run-record.ts";
import type { RunStore } from "../store/run-store.ts";

/** The event that approvals and rejections are, when none is named: the one that `waitForApproval` waits for. */
const APPROVAL = "approval";

export interface Decision {
  event?: string;
  reason?: string;
  metadata?: Record<string, unknown>;
}

/**
 * What is done to a run. The engine does it first, then it is recorded: killed in between, the agent finds out when it
 * compares itself with the engine. What the engine refuses it refuses in its own words.
 */
export class Commands {
  readonly #store: RunStore;
  readonly #engine: EngineLink;
  readonly #reconciler: Reconciler;
  readonly #restarts = new Map<string, Promise<void>>();

  constructor(store: RunStore, engine: EngineLink, reconciler: Reconciler) {
    this.#store = store;
    this.#engine = engine;
    this.#reconciler = reconciler;
  }

  async pause(run: RunRecord): Promise<void> {
    await this.#engine.pause(run);
    this.#changeIfLive(run.id, { paused: true });
  }

  async resume(run: RunRecord): Promise<void> {
    await this.#engine.resume(run);
    this.#changeIfLive(run.id, { paused: false });
  }

  async cancel(run: RunRecord): Promise<void> {
    await this.#engine.terminate(run);
    const now = this.#store.get(run.id);
    if (now !== undefined && this.#store.isLive(now))
      this.#store.end(now, "cancelled", { settled: true, paused: false });
  }

  /** What the run reports in its new life is taken when its old one has been forgotten: see `ready`. */
  async restart(run: RunRecord, options?: { resetTracking?: boolean }): Promise<void> {
    const restartedAt = Date.now();
    const restarted = (async () => {
      await this.#engine.restart(run, options);
      const now = this.#store.get(run.id);
      if (now !== undefined) this.#store.reset(now, restartedAt);
    })();
    this.#restarts.set(run.id, restarted);
    try {
      await restarted;
    } finally {
      if (this.#restarts.get(run.id) === restarted) this.#restarts.delete(run.id);
    }
  }

  /** Resolves when no restart of the run is under way. */
  async ready(id: string): Promise<void> {
    try {
      await this.#restarts.get(id);
    } catch {
      // Whoever asked for the restart is told that it failed; reports are taken as if nobody had.
    }
  }

  async decide(run: RunRecord, approved: boolean, { event = APPROVAL, reason, metadata }: Decision): Promise<void> {
    await this.sendEvent(run, { type: event, payload: { approved, reason, metadata } });
  }

  async sendEvent(run: RunRecord, event: { type: string; payload?: unknown }): Promise<void> {
    // Taken away before it is sent: of two who answer at once, one is told that nothing waits any more.
    const { waits } = run;
    const left = answerWait(waits, event.type);
    const isAnswer = left.length < waits.length;
    if (isAnswer) this.#store.setWaits(run, left, Date.now());
    try {
      await this.#engine.sendEvent(run, { type: event.type, payload: event.payload });
    } catch (error) {
      const now = this.#store.get(run.id);
      if (isAnswer && now?.outcome === null) this.#store.setWaits(now, waits, Date.now());
      throw error;
    }
  }

  /** Forgets it here; the engine keeps what it has. */
  remove(run: RunRecord): void {
    this.#store.remove(run);
    this.#engine.forget(run.id);
  }

  // For clients. ----------------------------------------------------------------------------------------------------

  /** @throws Refusal when there is no such run of this agent */
  find(id: string): RunRecord {
    const run = this.#store.get(id);
    if (run !== undefined) return run;
    throw new Refusal("unknown_run", `This agent has no run "${id.slice(0, 100)}". (instance.not_found)`);
  }

  /** The engine's own word of a run. @throws Refusal */
  async status(id: string): Promise<InstanceStatus> {
    const status = await this.#engine.status(this.find(id));
    if (status !== "missing") return status;
    throw new Refusal("unknown_run", `The workflow instance of run "${id}" does not exist. (instance.not_found)`);
  }

  /**
   * Does something that a client has asked for, where the run is in a state that admits it.
   *
   * @throws Refusal, also when it is the engine that refuses: it knows more than the agent, which then learns it
   */
  async asked(action: RunAction, id: string, work: (run: RunRecord) => void | Promise<void>): Promise<void> {
    const run = this.find(id);
    const reason = refusal(action, statusOf(run));
    if (reason !== null) throw new Refusal("not_now", reason);
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

  /** As a client decides. @throws Refusal when the run is known not to wait for it: its next wait would take it for its own */
  async askedToDecide(id: string, approved: boolean, decision: Decision): Promise<void> {
    await this.asked(approved ? "approve" : "reject", id, async (run) => {
      const { event = APPROVAL } = decision;
      if (run.waitsAt > 0 && !run.waits.some((wait) => wait.event === event)) {
        throw new Refusal("not_waiting", `This run does not wait for "${event}".`);
      }
      await this.decide(run, approved, decision);
    });
  }

  #changeIfLive(id: string, fields: { paused: boolean }): void {
    const run = this.#store.get(id);
    if (run !== undefined && this.#store.isLive(run)) this.#store.change(run, fields);
  }
}
