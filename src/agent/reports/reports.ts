import { AsyncLocalStorage } from "node:async_hooks";
import { admitsReports } from "../lifecycle.ts";
import type { RunRecord } from "../store/run-record.ts";
import type { RunStore } from "../store/run-store.ts";
import type { CallbackEffect } from "./callback-effect.ts";
import type { Bulletin, ReportOrigin } from "./keyed-report.ts";
import { mergeWaits } from "./merge-waits.ts";
import { resultToJson } from "./to-json.ts";

/** The state has room for many runs: what is longer belongs into a result. */
const MAX_STEP_LENGTH = 1000;
const MAX_ERROR_LENGTH = 4000;

/** A report while the agent's method takes it. */
interface Taking extends ReportOrigin {
  /** Its key is on record: it was this call that put it there. */
  isRecorded: boolean;
}

/**
 * What runs report. Each report is applied at most once: its key and its effect are written together. It is applied to
 * the run it comes from alone, and only while that run admits it; one that does not count is dropped without an error,
 * since the run that sent it has nothing to do about it.
 */
export class Reports {
  readonly #store: RunStore;
  readonly #taking = new AsyncLocalStorage<Taking>();

  constructor(store: RunStore) {
    this.#store = store;
  }

  /** Whether a report still counts: its run is under way and has not sent it before. */
  counts(origin: ReportOrigin): boolean {
    const run = this.#store.get(origin.run);
    return run !== undefined && admitsReports(run) && !this.#store.reports.has(run.number, origin);
  }

  /** Whether a run under way has sent this report before. */
  isRepeated(origin: ReportOrigin): boolean {
    const run = this.#store.get(origin.run);
    return run !== undefined && admitsReports(run) && this.#store.reports.has(run.number, origin);
  }

  /** Calls a method of the agent so that what it reports counts as this report. */
  take<T>(origin: ReportOrigin, method: () => T): T {
    return this.#taking.run({ ...origin, isRecorded: false }, method);
  }

  /** Records a report whose effect can be repeated without harm, after it has taken effect. */
  record(origin: ReportOrigin): void {
    const run = this.#store.get(origin.run);
    if (run !== undefined && admitsReports(run)) this.#store.reports.add(run.number, origin);
  }

  /** Takes what has come over the wire, whatever the types promised. */
  updateStep(step: unknown, progress: unknown): void {
    this.#apply((run) => {
      const isGiven = typeof progress === "number" && !Number.isNaN(progress);
      this.#store.change(run, {
        step: cut(step, MAX_STEP_LENGTH),
        progress: isGiven ? percent(progress) : run.progress,
      });
    });
  }

  /** @throws TypeError when the result cannot be kept */
  addResult(result: unknown): void {
    const json = resultToJson(result);
    this.#apply((run) => this.#store.addResult(run, json));
  }

  /** @throws TypeError when the result cannot be kept */
  complete(finalResult: unknown): void {
    const json = finalResult ? resultToJson(finalResult) : undefined;
    this.#apply((run) => this.#complete(run, json));
  }

  fail(error: unknown): void {
    this.#apply((run) => this.#store.end(run, "error", { error: cut(error, MAX_ERROR_LENGTH) }));
  }

  /** What a run says of itself; to hear it twice does no harm. */
  hear(run: RunRecord, bulletin: Bulletin): void {
    if (bulletin.kind === "returned") {
      // An execution of a life that a restart has ended has nothing to say of the present one.
      if (bulletin.since < run.restartedAt) return;
      // Whoever returns has come to its end, and is not held any more.
      if (run.outcome === null) this.#store.end(run, "complete", { settled: true, paused: false });
      else if (!run.settled && run.outcome !== "cancelled") {
        this.#store.end(run, run.outcome, { error: run.error, settled: true, paused: false });
      }
      return;
    }
    if (run.outcome !== null || bulletin.at < run.waitsAt) return;
    this.#store.setWaits(run, mergeWaits(run.waits, bulletin.waits), bulletin.at);
  }

  /** What the Agents SDK's own methods for workflows report. */
  hearCallback(id: string, effect: CallbackEffect): void {
    const json = effect.kind === "complete" && effect.result ? resultToJson(effect.result) : undefined;
    this.#store.atomically(() => {
      const run = this.#store.get(id);
      if (run === undefined || !admitsReports(run)) return;
      if (effect.kind === "complete") this.#complete(run, json);
      else if (effect.kind === "error") this.#store.end(run, "error", { error: cut(effect.error, MAX_ERROR_LENGTH) });
      else if (effect.kind === "progress") {
        const step = effect.step === undefined ? run.step : cut(effect.step, MAX_STEP_LENGTH);
        const progress = effect.fraction === undefined ? run.progress : percent(effect.fraction * 100);
        this.#store.change(run, { step, progress });
      }
    });
  }

  #complete(run: RunRecord, json: string | undefined): void {
    if (json !== undefined) this.#store.addResult(run, json);
    this.#store.end(run, "complete", {});
  }

  #apply(change: (run: RunRecord) => void): void {
    this.#store.atomically(() => {
      const taking = this.#taking.getStore();
      const run = taking === undefined ? this.#unnamed() : this.#store.get(taking.run);
      if (run === undefined || !admitsReports(run)) return;
      if (taking !== undefined && !taking.isRecorded) {
        if (!this.#store.reports.add(run.number, taking)) return;
        if (!run.keyed) this.#store.runs.update(run.number, { keyed: true });
        taking.isRecorded = true;
      }
      change(run);
    });
  }

  /**
   * The run that a report means which does not say where it comes from: the only one it can be.
   *
   * @throws when there are several: a guess would put it into another run's view
   */
  #unnamed(): RunRecord | undefined {
    const live = this.#store.runs.live().filter(admitsReports);
    const silent = live.filter(({ keyed }) => !keyed);
    const candidates = silent.length > 0 ? silent : live;
    if (candidates.length <= 1) return candidates[0];
    throw new Error(
      `${candidates.length} runs of this agent are under way, and this report does not say which of them it comes from. ` +
        "Let their workflows extend DurableWorkflow of pawl/agent and report through this.agent.",
    );
  }
}

function cut(text: unknown, length: number): string {
  return String(text).slice(0, length);
}

function percent(value: number): number {
  return Math.min(100, Math.max(0, value));
}
