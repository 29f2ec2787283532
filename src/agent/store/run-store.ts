import { isEnded, type Outcome, statusOf } from "../lifecycle.ts";
import { ReportsTable } from "./reports-table.ts";
import { ResultsTable } from "./results-table.ts";
import type { OpenWait, RunRecord } from "./run-record.ts";
import { type NewRun, RunsTable } from "./runs-table.ts";
import { createTables } from "./tables.ts";

/** How long a run may be silent before the agent asks the engine about it. */
export const QUIET_MS = 30_000;
/** How soon the engine is asked whether a run that says it has ended really has. */
const CONFIRM_MS = 3000;

const CURRENT_KEY = "pawl_agent:current";

/** Hears of every change: just before it is made, unless said otherwise. */
export interface StoreListener {
  /** A run is about to change. */
  touch(id: string): void;
  /** A run is about to appear, to vanish, to end or to begin anew; or another one becomes the current one. */
  reshuffle(id: string): void;
  /** A run has ended. Called within the transaction that records it. */
  ended(id: string, outcome: Outcome): void;
  /** A run has been removed. Called within the transaction that does it. */
  removed(id: string): void;
}

/** What is needed to create the instance of a run once more. */
export interface StoredRequest {
  params: unknown;
  options: object;
}

/** The runs of an agent with their results: the truth, which the state for the clients is made from. */
export class RunStore {
  readonly runs: RunsTable;
  readonly results: ResultsTable;
  readonly reports: ReportsTable;
  readonly #storage: DurableObjectStorage;
  #listener: StoreListener | undefined;

  constructor(storage: DurableObjectStorage) {
    createTables(storage);
    this.#storage = storage;
    this.runs = new RunsTable(storage.sql);
    this.results = new ResultsTable(storage.sql);
    this.reports = new ReportsTable(storage.sql);
  }

  listen(listener: StoreListener): void {
    this.#listener = listener;
  }

  /** All of it or nothing. */
  atomically<T>(work: () => T): T {
    return this.#storage.transactionSync(work);
  }

  get(id: string): RunRecord | undefined {
    return this.runs.get(id);
  }

  /** The id of the run that was started last. */
  get currentId(): string | null {
    return this.#storage.kv.get<string>(CURRENT_KEY) ?? null;
  }

  /** Adds a run, which becomes the current one. Its request is kept until `created`. */
  add(run: Omit<NewRun, "startedAt" | "checkAt">, request: StoredRequest | undefined): void {
    this.#listener?.reshuffle(run.id);
    const now = Date.now();
    this.atomically(() => {
      this.runs.insert({ ...run, startedAt: now, checkAt: now + QUIET_MS });
      if (request !== undefined) this.#storage.kv.put(requestKey(run.id), request);
      this.#storage.kv.put(CURRENT_KEY, run.id);
    });
  }

  makeCurrent(id: string | null): void {
    if (id === this.currentId) return;
    this.#listener?.reshuffle(id ?? "");
    if (id === null) this.#storage.kv.delete(CURRENT_KEY);
    else this.#storage.kv.put(CURRENT_KEY, id);
  }

  request(id: string): StoredRequest | undefined {
    return this.#storage.kv.get<StoredRequest>(requestKey(id));
  }

  created({ number, id }: RunRecord): void {
    this.runs.update(number, { created: true });
    this.#storage.kv.delete(requestKey(id));
  }

  /** Changes what clients see of a run. It has been heard of, so the engine need not be asked soon. */
  change(run: RunRecord, fields: Partial<RunRecord>): void {
    if (fields.paused === undefined) this.#listener?.touch(run.id);
    else this.#listener?.reshuffle(run.id);
    const now = Date.now();
    this.runs.update(run.number, { ...fields, updatedAt: now, checkAt: now + QUIET_MS, checks: 0 });
  }

  addResult(run: RunRecord, json: string): void {
    this.results.insert(run.number, run.results, json);
    this.change(run, { results: run.results + 1 });
  }

  setWaits(run: RunRecord, waits: OpenWait[], waitsAt: number): void {
    this.change(run, { waits, waitsAt });
  }

  /** Ends a run for good; the first end counts. What kept its reports from being applied twice is not needed any more. */
  end(run: RunRecord, outcome: Outcome, fields: Pick<Partial<RunRecord>, "error" | "settled" | "paused">): void {
    this.#listener?.reshuffle(run.id);
    const now = Date.now();
    this.atomically(() => {
      const done = outcome === "complete" ? { step: null, progress: 100 } : {};
      const checkAt = now + CONFIRM_MS;
      const ended = { outcome, waits: [], endedAt: now, updatedAt: now, checkAt, checks: 0 };
      this.runs.update(run.number, { ...ended, ...done, ...fields });
      this.reports.deleteAll(run.number);
      this.#storage.kv.delete(requestKey(run.id));
      // Whoever ends it once more, as it has ended, only confirms it.
      if (run.outcome !== outcome) this.#listener?.ended(run.id, outcome);
    });
  }

  /**
   * As if it had just been started.
   *
   * @param restartedAt when this agent has had it begin anew; executions from before that have nothing to say any more
   */
  reset(run: RunRecord, restartedAt = 0): void {
    this.#listener?.reshuffle(run.id);
    const now = Date.now();
    const begun = { startedAt: now, restartedAt, updatedAt: now, endedAt: null, checkAt: now + QUIET_MS, checks: 0 };
    const blank = { step: null, progress: 0, error: null, results: 0, waits: [], waitsAt: 0 };
    this.atomically(() => {
      this.runs.update(run.number, { ...begun, ...blank, paused: false, outcome: null, settled: false });
      this.results.deleteAll(run.number);
      this.reports.deleteAll(run.number);
      this.#storage.kv.put(CURRENT_KEY, run.id);
    });
  }

  /** @param how "taken back" for one that has not come about */
  remove(run: RunRecord, how: "for good" | "taken back" = "for good"): void {
    this.#listener?.reshuffle(run.id);
    this.atomically(() => {
      this.runs.delete(run.number);
      this.results.deleteAll(run.number);
      this.reports.deleteAll(run.number);
      this.#storage.kv.delete(requestKey(run.id));
      if (this.currentId === run.id) this.#storage.kv.delete(CURRENT_KEY);
      if (how === "for good") this.#listener?.removed(run.id);
    });
  }

  /** Removes the oldest runs that have ended, but for so many. @returns their ids */
  prune(kept: number): string[] {
    const old = this.runs.endedBeyond(kept);
    for (const run of old) this.remove(run);
    return old.map(({ id }) => id);
  }

  /** Removes what the SDK's own table has not any more. */
  removeUntracked(): void {
    for (const run of this.runs.untracked()) this.remove(run);
  }

  /** A workflow's binding has another name from now on. */
  rename(workflow: string, newName: string): void {
    for (const { id } of this.runs.foremost(Number.MAX_SAFE_INTEGER)) this.#listener?.touch(id);
    this.runs.rename(workflow, newName);
  }

  isLive(run: RunRecord): boolean {
    return !isEnded(statusOf(run));
  }
}

function requestKey(id: string): string {
  return `pawl_agent:request:${id}`;
}
