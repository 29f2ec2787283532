import type { RunRecord } from "../store/run-record.ts";
import { QUIET_MS, type RunStore } from "../store/run-store.ts";
import type { Alarm } from "./alarm.ts";
import type { EngineLink } from "./engine-link.ts";
import { AlreadyExists, isUnreachable, messageOf } from "./failures.ts";
import { compare } from "./verdict.ts";

/** How many runs are compared at a time. */
const BATCH = 50;
const LONGEST_MS = 15 * 60_000;

/**
 * Keeps the agent's record of its runs and the engine's together: a run that has ended without a word, one whose
 * instance was deleted, paused or let go on behind the agent's back, one that was never created because the server was
 * killed in between. While a run reports, nothing is asked; while none is under way, nothing is scheduled.
 */
export class Reconciler {
  readonly #store: RunStore;
  readonly #engine: EngineLink;
  readonly #alarm: Alarm;
  /** Ids whose instance is being created at the moment. */
  readonly #creating = new Set<string>();

  constructor(store: RunStore, engine: EngineLink, alarm: Alarm) {
    this.#store = store;
    this.#engine = engine;
    this.#alarm = alarm;
  }

  /** Looks at whatever the agent believes to be under way, as far as it is a batch; the rest in time. */
  async compareAll(): Promise<void> {
    await this.#compareEach(this.#store.runs.unsettled(BATCH));
    await this.arm();
  }

  /** The alarm has rung. */
  async onAlarm(): Promise<void> {
    this.#alarm.rung();
    const now = Date.now();
    await this.#compareEach(this.#store.runs.unsettled(BATCH).filter(({ checkAt }) => checkAt <= now));
    await this.arm();
  }

  /** Sees to it that a look is taken in time, as long as there is something to look at. */
  async arm(): Promise<void> {
    const [first] = this.#store.runs.unsettled(1);
    if (first !== undefined) await this.#alarm.ringBy(first.checkAt);
  }

  /** Creates the instance of a run whose request is on disk. */
  async create(run: Pick<RunRecord, "id" | "workflow">): Promise<void> {
    const request = this.#store.request(run.id);
    if (request === undefined) throw new Error(`The request of run "${run.id}" is not there any more.`);
    this.#creating.add(run.id);
    try {
      await this.#engine.create(run, request);
    } finally {
      this.#creating.delete(run.id);
    }
    const record = this.#store.get(run.id);
    if (record !== undefined) this.#store.created(record);
  }

  /** Compares one run with the engine. @returns the run as it is then */
  async compare(id: string): Promise<RunRecord | undefined> {
    const before = this.#store.get(id);
    if (before === undefined || before.settled || this.#creating.has(id)) return before;
    const engine = await this.#engine.status(before);
    // The answer took its time: what counts is the run as it is now.
    const run = this.#store.get(id);
    if (run === undefined || run.startedAt !== before.startedAt || run.settled) return run;
    if (engine !== "missing" && !run.created) this.#settleCreation(run);
    const verdict = compare(run, engine === "missing" ? engine : engine.status, errorOf(engine));
    switch (verdict.kind) {
      case "create":
        await this.#createAnew(run);
        break;
      case "paused":
        this.#store.change(run, { paused: verdict.paused });
        break;
      case "ended":
        this.#store.end(run, verdict.outcome, { error: verdict.error, settled: true, paused: false });
        break;
      case "agree":
        this.#postpone(run);
        break;
    }
    return this.#store.get(id);
  }

  async #compareEach(runs: readonly RunRecord[]): Promise<void> {
    for (const { id } of runs) {
      try {
        await this.compare(id);
      } catch (error) {
        console.error(`Run "${id}" cannot be compared with the workflow engine:`, error);
        const run = this.#store.get(id);
        if (run !== undefined) this.#postpone(run);
      }
    }
  }

  async #createAnew(run: RunRecord): Promise<void> {
    try {
      await this.create(run);
    } catch (error) {
      if (isUnreachable(error)) throw error;
      if (error instanceof AlreadyExists) this.#settleCreation(run);
      else this.#store.end(run, "error", { error: `It could not be started: ${messageOf(error)}`, settled: true });
    }
  }

  #settleCreation(run: RunRecord): void {
    this.#engine.track(run);
    this.#store.created(run);
    run.created = true;
  }

  /** The longer nothing has changed, the rarer it is asked again. */
  #postpone(run: RunRecord): void {
    const waitMs = Math.min(LONGEST_MS, QUIET_MS * 2 ** run.checks);
    this.#store.runs.update(run.number, { checkAt: Date.now() + waitMs, checks: run.checks + 1 });
  }
}

function errorOf(engine: InstanceStatus | "missing"): string | undefined {
  return engine === "missing" ? undefined : engine.error?.message;
}
