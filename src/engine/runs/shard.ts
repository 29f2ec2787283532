import { Admission } from "./admission.ts";
import { AlarmClock } from "../time/alarm-clock.ts";
import { Caution, readLastDeath } from "./caution.ts";
import { ChunksTable } from "../journal/chunks-table.ts";
import { Commits } from "../journal/commits.ts";
import { type ErrorRecord, recordOf } from "../base/errors.ts";
import { finalError } from "./final-error.ts";
import { EventsTable } from "../journal/events-table.ts";
import { Execution, type ExecutionHost } from "./execution.ts";
import { Limiters, type Peers } from "./limiter.ts";
import { LogTable } from "../journal/log-table.ts";
import { scheduleOf } from "../base/ids.ts";
import { Marks } from "../journal/marks.ts";
import { logFailure, logLine } from "../base/log.ts";
import { never } from "../base/never.ts";
import { execute, type Settled } from "./run.ts";
import { definitionOf, isForTesting, registeredLiveRuns } from "../registry.ts";
import { DEFAULT_RETENTION_MS } from "../base/retention.ts";
import { Rollbacks } from "./rollbacks.ts";
import { Schedules } from "./schedules.ts";
import { SchedulesTable } from "../journal/schedules-table.ts";
import { type RunRow, RunsTable } from "../journal/runs-table.ts";
import { isTerminal, STATUS } from "../base/status.ts";
import { StorageCheck } from "../journal/storage-check.ts";
import { isStorageFailure } from "../base/storage-failure.ts";
import { timeoutError } from "../steps/step-wait.ts";
import { firstKey, KIND, type StepRow, StepsTable } from "../journal/steps-table.ts";
import { SuspectsTable } from "../journal/suspects-table.ts";
import { Sweeper } from "./sweeper.ts";
import { TestHooks } from "../testing/test-hooks.ts";
import { Timers } from "../time/timers.ts";
import { cloneKey, copyOf, decode, type Encoded, encode } from "../journal/value-store.ts";

/** How many runs are taken up or woken in one turn. */
const RUNS_PER_TURN = 100;
/** The binding that says of what the process died before this start. */
const LAST_DEATH = "PAWL_LAST_DEATH";
/** After the journal could not be written. */
const SUSPEND_MS = 1000;

/**
 * The executions of one shard: which are in memory, how they begin, end, are parked and taken up again. Commands from
 * outside are in `commands.ts`; what one execution does is in `execution.ts` and the steps.
 */
export class Shard implements ExecutionHost {
  readonly storage: DurableObjectStorage;
  readonly storageCheck: StorageCheck;
  readonly runs: RunsTable;
  readonly steps: StepsTable;
  readonly events: EventsTable;
  readonly chunks: ChunksTable;
  readonly log: LogTable;
  readonly schedules: SchedulesTable;
  readonly marks = new Marks();
  readonly commits = new Commits();
  readonly timers = new Timers();
  readonly #state: DurableObjectState;
  readonly #env: unknown;
  readonly caution: Caution;
  readonly rollbacks: Rollbacks;
  readonly limiters: Limiters;
  readonly admission: Admission;
  readonly #alarm: AlarmClock;
  readonly #schedules: Schedules;
  readonly #suspects: SuspectsTable;
  readonly #live = new Map<number, Execution>();
  readonly #watchers = new Map<number, Set<() => void>>();
  readonly #unknownWorkflows = new Set<string>();
  readonly #sweeper = new Sweeper(this, this.#live);
  readonly tests: TestHooks | undefined;

  constructor(state: DurableObjectState, env: object, peers: Peers) {
    this.#state = state;
    this.#env = env;
    this.storage = state.storage;
    this.storageCheck = new StorageCheck(state.storage, peers.own);
    this.runs = new RunsTable(state.storage);
    this.steps = new StepsTable(state.storage);
    this.events = new EventsTable(state.storage);
    this.chunks = new ChunksTable(state.storage);
    this.log = new LogTable(state.storage);
    this.schedules = new SchedulesTable(state.storage);
    this.#alarm = new AlarmClock(state.storage, (after) =>
      earliest([this.steps.nextDueAt(after), this.runs.nextPurgeAt(), this.#schedules.nextAt()]),
    );
    this.#schedules = new Schedules(this, this.#alarm, peers);
    this.#suspects = new SuspectsTable(state.storage);
    const lastDeath = readLastDeath(Reflect.get(env, LAST_DEATH));
    this.caution = new Caution(state.storage, this.#suspects, this.commits, this.timers, lastDeath);
    this.rollbacks = new Rollbacks(this, this.#alarm);
    this.limiters = new Limiters(peers);
    this.admission = new Admission(this, this.limiters);
    this.tests = isForTesting() ? new TestHooks(state.storage) : undefined;
  }

  /** Executions in memory. */
  get liveCount(): number {
    return this.#live.size;
  }

  execution(run: number): Execution | undefined {
    return this.#live.get(run);
  }

  // --- beginning -----------------------------------------------------------------------------------------------

  /** Inside the write that made the row. */
  begin(run: number, workflow: string, id: string, createdAt: number, payload: Encoded): void {
    this.#launch({ run, workflow, id, createdAt, payload: () => copyOf(payload), bytes: 0, recorded: [] });
  }

  /** Runs again from the top, from the journal. The row says `live` already. */
  replay(row: RunRow): void {
    this.#launch(this.#startOf(row));
  }

  #startOf(row: RunRow): Start {
    return {
      run: row.run,
      workflow: row.workflow,
      id: row.id,
      createdAt: row.created_at,
      payload: () => decode(this.storage, row.payload_form, row.payload, cloneKey.payload(row.run)),
      bytes: row.bytes,
      recorded: this.steps.ofRun(row.run),
    };
  }

  #launch(start: Start): void {
    const execution = this.#prepare(start);
    if (execution === undefined) return;
    this.#live.set(start.run, execution);
    this.commits.began();
    this.#alarm.arm(true);
    this.#sweeper.wake();
    void this.#execute(execution, start).then((settled) => this.#settle(execution, settled));
  }

  /** An execution that has not begun, for whoever begins it. */
  prepare(row: RunRow): { execution: Execution; execute: () => Promise<Settled> } | undefined {
    const start = this.#startOf(row);
    const execution = this.#prepare(start);
    return execution && { execution, execute: () => this.#execute(execution, start) };
  }

  #prepare(start: Start): Execution | undefined {
    const definition = definitionOf(start.workflow);
    if (definition === undefined) {
      this.#reportUnknown(start.workflow);
      return undefined;
    }
    const execution = new Execution(this, definition, start.run, start.id, start.bytes, start.recorded);
    if (this.tests !== undefined) execution.tests = this.tests.ofRun(start.workflow, start.id, start.run);
    return execution;
  }

  #execute(execution: Execution, { createdAt, payload, id, workflow }: Start): Promise<Settled> {
    const schedule = scheduleOf(id);
    const event = {
      timestamp: new Date(createdAt),
      payload: payload(),
      instanceId: id,
      workflowName: workflow,
      ...(schedule && { schedule }),
    };
    const run = (): Promise<Settled> => execute(execution, this.#state, this.#env, event);
    return this.caution.isOn ? executeWatched(execution, run) : run();
  }

  #reportUnknown(workflow: string): void {
    if (this.#unknownWorkflows.has(workflow)) return;
    this.#unknownWorkflows.add(workflow);
    logLine(
      "warn",
      { workflow },
      "is not in this application any more; its unfinished runs wait until it is there again",
    );
  }

  /** Unfinished runs go on when the shard starts: after a crash, a restart, an eviction or a move (E5). */
  async takeUp(): Promise<void> {
    await this.storageCheck.passed;
    for (let after = { workflow: "", run: -1 }; ;) {
      const rows = await this.commits.join(() => {
        const found = this.runs.live(after, RUNS_PER_TURN);
        for (const row of found) if (!this.#live.has(row.run)) this.attempt(row, () => this.#takeUpRun(row));
        return found;
      });
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last;
    }
    this.admission.refresh();
    this.limiters.start();
    await this.commits.join(() => this.#schedules.adopt(Date.now()));
    await this.#schedules.fire();
  }

  /** A run that cannot be read is left where it is, and keeps none of the others from going on. */
  attempt(row: RunRow, work: () => void): void {
    try {
      work();
    } catch (error) {
      const subject = { workflow: row.workflow, run: row.id };
      logFailure("error", subject, "cannot be read and is left as it is", recordOf(error));
      this.#live.delete(row.run);
    }
  }

  #takeUpRun(row: RunRow): void {
    if (row.status === STATUS.waitingForPause) {
      // Nothing is in flight after a restart, so the pause takes place now.
      this.steps.hold(row.run, row.paused_at ?? Date.now());
      this.runs.setStatus(row.run, STATUS.paused, false, row.paused_at);
      this.note(row.run, "workflow_paused");
      return;
    }
    if (row.status === STATUS.rollingBack) {
      this.rollbacks.resume(row);
      return;
    }
    this.#settleDue(row.run);
    // More of them than there is room for, when the room has become less.
    if (this.#live.size >= registeredLiveRuns()) this.goOn(row);
    else this.replay(row);
  }

  /** Inside a write: a run that was under way before goes on, at once or when it is its turn. */
  goOn(row: RunRow): void {
    this.place(row, this.admission.placeFor(row.workflow, true));
  }

  /** Inside a write: executes a run, or puts it in line. */
  place(row: RunRow, queue: number | null): void {
    if (queue === null) {
      this.runs.setRunning(row.run);
      // It was paused in line, and there is room now.
      if (row.begun === 0) this.runs.setBegun(row.run, this.marks.next(2));
      this.replay(row);
      return;
    }
    this.runs.enqueue(row.run, queue);
    if (row.begun !== 0) this.note(row.run, "workflow_queued");
    this.queued(row.workflow);
  }

  /** Inside the write that put a run in line. */
  queued(workflow: string): void {
    this.#alarm.arm(true);
    this.admission.joined(workflow);
  }

  // --- waking --------------------------------------------------------------------------------------------------

  /** What the alarm does: everything that is due, slice by slice. */
  async onAlarm(): Promise<void> {
    await this.storageCheck.passed;
    this.#alarm.fired();
    let lookedAt = 0;
    for (;;) {
      const woken = await this.commits.join(() => {
        lookedAt = Date.now();
        const due = this.steps.dueRuns(lookedAt, RUNS_PER_TURN, (run) => this.#live.has(run));
        for (const run of due) this.#wakeDue(run);
        return due.length;
      });
      if (woken < RUNS_PER_TURN) break;
    }
    await this.#schedules.fire();
    await this.#purge();
    this.admission.refresh();
    await this.commits.join(() => this.#alarm.arm(this.#isExecuting, lookedAt));
  }

  /** Runs whose retention has passed leave nothing behind. */
  async #purge(): Promise<void> {
    for (;;) {
      const purged = await this.commits.join(() => {
        const expired = this.runs.expired(Date.now(), RUNS_PER_TURN);
        for (const row of expired) this.remove(row);
        return expired.length;
      });
      if (purged < RUNS_PER_TURN) return;
    }
  }

  #wakeDue(run: number): void {
    const row = this.runs.get(run);
    if (row === undefined || isTerminal(row.status) || row.status === STATUS.paused) {
      this.steps.clearDue(run);
      return;
    }
    // Before the replay: should the code no longer come by this step, it must not wake the run again and again.
    this.attempt(row, () => {
      this.#settleDue(run);
      this.wake(row);
    });
  }

  /** Inside a write: a parked run goes on. */
  wake(row: RunRow): void {
    if (!this.#live.has(row.run) && row.queue === null) this.goOn(row);
  }

  /** Gives due sleeps, back-offs and waits of a run that is not in memory the outcome that time has brought. */
  #settleDue(run: number): void {
    const now = Date.now();
    for (const row of this.steps.dueOf(run, now)) this.#settleDueStep(run, row);
  }

  /** A timeout as the execution itself would have recorded it. */
  #timeoutRecord(run: number, row: StepRow): ErrorRecord {
    const definition = definitionOf(this.runs.get(run)?.workflow ?? "");
    return recordOf(timeoutError(row.wait_ms ?? 0), definition?.keepsErrorNames);
  }

  #settleDueStep(run: number, row: StepRow): void {
    if (row.kind === KIND.sleep) this.steps.complete(row, this.marks.next(), encode(undefined, ""));
    else if (row.kind === KIND.do) this.steps.put({ ...row, due_at: null });
    else {
      const event = row.event_type === null ? undefined : this.events.oldest(run, row.event_type);
      if (event === undefined) this.steps.fail(row, this.marks.next(), JSON.stringify(this.#timeoutRecord(run, row)));
      else {
        this.events.take(event, row.step);
        this.steps.complete(row, this.marks.next(), encode(event, ""));
      }
    }
  }

  // --- ending --------------------------------------------------------------------------------------------------

  #settle(execution: Execution, settled: Settled): void {
    if (!execution.alive) return;
    if ("thrown" in settled) {
      if (execution.rollbacks.size === 0) this.failRun(execution, settled.thrown);
      else this.#failWithRollback(execution, settled.thrown);
      return;
    }
    let output: Encoded;
    try {
      output = encode(settled.value, "Workflow output");
    } catch (error) {
      this.failRun(execution, error);
      return;
    }
    this.#write(execution, () => {
      this.runs.complete(
        execution.run,
        STATUS.complete,
        this.marks.next(),
        execution.definition.successRetentionMs,
        output,
      );
      this.#forget(execution);
    });
  }

  failRun(execution: Execution, thrown: unknown, alsoWrite?: () => void): void {
    if (!execution.alive) return;
    const error = finalError(execution.definition, thrown);
    logFailure("error", { workflow: execution.definition.name, run: execution.id }, "failed", error);
    this.#write(execution, () => {
      alsoWrite?.();
      const { errorRetentionMs } = execution.definition;
      this.runs.end(execution.run, STATUS.errored, this.marks.next(), errorRetentionMs, JSON.stringify(error), null);
      this.#forget(execution);
    });
  }

  #failWithRollback(execution: Execution, thrown: unknown): void {
    const error = finalError(execution.definition, thrown);
    logFailure("error", { workflow: execution.definition.name, run: execution.id }, "failed and is rolled back", error);
    this.#write(execution, () => this.rollbacks.start(execution, { after: STATUS.errored, error }));
  }

  get #isExecuting(): boolean {
    return this.#live.size > 0 || this.rollbacks.size > 0 || this.runs.hasLine();
  }

  #write(execution: Execution, write: () => void): void {
    const attempt = (): void => {
      if (!execution.alive) return;
      try {
        this.storage.transactionSync(write);
      } catch (error) {
        this.suspend(execution, error);
      }
    };
    if (this.commits.now()) attempt();
    else this.commits.journal(attempt);
  }

  #forget(execution: Execution): void {
    if (execution.hasWaits) this.steps.clearDue(execution.run);
    this.abandon(execution);
  }

  /** Inside the write that ends the run: what is still in flight stays in the history as begun. */
  abandon(execution: Execution): void {
    for (const row of execution.unstored()) this.steps.put(row);
    this.drop(execution);
  }

  errorRetentionMs(workflow: string): number {
    return definitionOf(workflow)?.errorRetentionMs ?? DEFAULT_RETENTION_MS;
  }

  /** Inside a write: the run and everything of it is gone. */
  remove({ run, workflow }: RunRow): void {
    const execution = this.#live.get(run);
    if (execution !== undefined) this.drop(execution);
    this.rollbacks.cancel(run);
    this.storage.transactionSync(() => {
      this.steps.removeFrom(run, firstKey(run));
      this.chunks.remove(firstKey(run), firstKey(run + 1));
      this.events.removeAll(run);
      this.log.remove(run);
      this.#suspects.removeRun(run);
      this.runs.remove(run);
      this.changed(run);
    });
    this.admission.left(workflow);
  }

  /** The execution becomes stale; the run's row says what comes of it. */
  drop(execution: Execution): void {
    execution.drop();
    if (this.#live.get(execution.run) === execution) this.#live.delete(execution.run);
    this.admission.left(execution.definition.name);
    this.changed(execution.run);
  }

  /** Inside a write: the last callback of a run that is to pause has ended. */
  markPaused(execution: Execution): void {
    this.runs.setStatus(execution.run, STATUS.paused, false, Date.now());
    execution.sayBytes();
    this.note(execution.run, "workflow_paused");
    this.drop(execution);
  }

  /** For tests: from now on every recorded outcome is followed by a replay, as if the object had been evicted. */
  replaysAlways = false;

  /** Calls back once at the next change of a run. */
  watch(run: number, changed: () => void): () => void {
    const watchers = this.#watchers.get(run) ?? new Set();
    this.#watchers.set(run, watchers.add(changed));
    return () => {
      watchers.delete(changed);
      if (watchers.size === 0 && this.#watchers.get(run) === watchers) this.#watchers.delete(run);
    };
  }

  changed(run: number): void {
    if (this.#watchers.size === 0) return;
    for (const changed of this.#watchers.get(run) ?? []) changed();
  }

  /** Inside a write. */
  note(run: number, type: string, facts?: Readonly<Record<string, unknown>>): void {
    this.log.add(run, this.marks.next(), type, facts);
    this.changed(run);
  }

  recorded(execution: Execution): void {
    execution.isInCode = true;
    execution.touch();
    this.changed(execution.run);
    if (!this.replaysAlways && execution.tests?.replaysAlways !== true) return;
    if (execution.callbacksInFlight > 0 || execution.isGated || !execution.alive) return;
    this.drop(execution);
    void this.commits.join(() => {
      const row = this.runs.get(execution.run);
      if (row?.live === 1 && !this.#live.has(row.run)) this.replay(row);
    });
  }

  suspend(execution: Execution, cause: unknown): void {
    if (!execution.alive) return;
    this.drop(execution);
    const error = recordOf(cause);
    const subject = { workflow: execution.definition.name, run: execution.id };
    // Of a full disk the host tells, once; and the object, all of whose runs would say the same, ends with it.
    const level = isStorageFailure(error.message) ? "debug" : "error";
    logFailure(level, subject, "could not write its journal and is run again", error);
    this.timers.add(Date.now() + SUSPEND_MS, () => {
      const row = this.runs.get(execution.run);
      if (row !== undefined && row.live === 1 && !this.#live.has(row.run)) this.replay(row);
    });
  }

  // --- looking after -------------------------------------------------------------------------------------------

  /** Inside a write: a million sleeping runs are a million rows, and no memory. */
  park(execution: Execution): void {
    // Whoever waits for an event is running to everybody outside (spec §4.1).
    const status = execution.waitedTypes.length > 0 ? STATUS.running : STATUS.waiting;
    this.runs.setStatus(execution.run, status, false, null);
    execution.sayBytes();
    this.#alarm.noLaterThan(execution.nextDueAt());
    this.drop(execution);
  }
}

async function executeWatched(execution: Execution, run: () => Promise<Settled>): Promise<Settled> {
  if (!(await execution.enterCode(execution.lastStep))) return never();
  const settled = await run();
  execution.leaveCode();
  return settled;
}

interface Start {
  run: number;
  workflow: string;
  id: string;
  createdAt: number;
  payload: () => unknown;
  bytes: number;
  recorded: Iterable<StepRow>;
}

function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}
