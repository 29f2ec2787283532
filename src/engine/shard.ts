import { AlarmClock } from "./alarm-clock.ts";
import { Commits } from "./commits.ts";
import { type ErrorRecord, recordOf } from "./errors.ts";
import { EventsTable } from "./events-table.ts";
import { Execution, type ExecutionHost, type OpenStep } from "./execution.ts";
import { logFailure, logLine } from "./log.ts";
import { execute, type Settled } from "./run.ts";
import { definitionOf } from "./registry.ts";
import { DEFAULT_RETENTION_MS } from "./retention.ts";
import { readRollbackRecord, rollBack, type RollbackRecord, type RollbackTask } from "./rollback.ts";
import type { RollbackHandler } from "./rollback-options.ts";
import { type RunRow, RunsTable } from "./runs-table.ts";
import { isTerminal, STATUS } from "./status.ts";
import { timeoutError } from "./step-wait.ts";
import { firstKey, KIND, ROLLBACK, type StepRow, StepsTable } from "./steps-table.ts";
import { Timers } from "./timers.ts";
import { cloneKey, copyOf, decode, type Encoded, encode } from "./value-store.ts";

/** How often executions are looked at: to park the idle and to mark the long. */
const SWEEP_MS = 250;
/** An execution with nothing but waits of ours is dropped from memory after this long … */
const PARK_AFTER_MS = 2000;
/** … unless it goes on sooner than this. */
const PARK_UNLESS_DUE_WITHIN_MS = 10_000;
/** A wait for an event can end at any moment, and a replay costs more than some patience. */
const PARK_EVENT_WAIT_AFTER_MS = 10_000;
/** More idle executions than this are parked without patience. */
const MANY_IDLE = 2000;
/** A step running longer than this is marked as started on disk, at the next sweep. */
const MARK_AFTER_MS = 100;
/** How many runs are taken up or woken in one turn. */
const RUNS_PER_TURN = 100;
/** After the journal could not be written. */
const SUSPEND_MS = 1000;

/**
 * The executions of one shard: which are in memory, how they begin, end, are parked and taken up again. Commands from
 * outside are in `commands.ts`; what one execution does is in `execution.ts` and the steps.
 */
export class Shard implements ExecutionHost {
  readonly storage: DurableObjectStorage;
  readonly runs: RunsTable;
  readonly steps: StepsTable;
  readonly events: EventsTable;
  readonly commits = new Commits();
  readonly timers = new Timers();
  readonly #state: DurableObjectState;
  readonly #env: unknown;
  readonly #alarm: AlarmClock;
  readonly #live = new Map<number, Execution>();
  readonly #unknownWorkflows = new Set<string>();
  readonly #rollbacks = new Map<number, RollbackTask>();
  #sweeping = false;

  constructor(state: DurableObjectState, env: unknown) {
    this.#state = state;
    this.#env = env;
    this.storage = state.storage;
    this.runs = new RunsTable(state.storage);
    this.steps = new StepsTable(state.storage);
    this.events = new EventsTable(state.storage);
    this.#alarm = new AlarmClock(state.storage, () => earliest(this.steps.nextDueAt(), this.runs.nextPurgeAt()));
  }

  execution(run: number): Execution | undefined {
    return this.#live.get(run);
  }

  // --- beginning -----------------------------------------------------------------------------------------------

  /** Inside the write that made the row. */
  begin(run: number, workflow: string, id: string, createdAt: number, payload: Encoded): void {
    this.#launch({ run, workflow, id, createdAt, payload: () => copyOf(payload), recorded: [] });
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
      recorded: this.steps.ofRun(row.run),
    };
  }

  #launch(start: Start): void {
    const execution = this.#prepare(start);
    if (execution === undefined) return;
    this.#live.set(start.run, execution);
    this.#alarm.arm(true);
    this.#sweepSoon();
    void this.#execute(execution, start).then((settled) => this.#settle(execution, settled));
  }

  #prepare(start: Start): Execution | undefined {
    const definition = definitionOf(start.workflow);
    if (definition !== undefined) return new Execution(this, definition, start.run, start.id, start.recorded);
    this.#reportUnknown(start.workflow);
    return undefined;
  }

  #execute(execution: Execution, { createdAt, payload, id, workflow }: Start): Promise<Settled> {
    const event = { timestamp: new Date(createdAt), payload: payload(), instanceId: id, workflowName: workflow };
    return execute(execution, this.#state, this.#env, event);
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
    for (let after = -1; ;) {
      const rows = await this.commits.join(() => {
        const found = this.runs.live(after, RUNS_PER_TURN);
        for (const row of found) if (!this.#live.has(row.run)) this.#takeUpRun(row);
        return found;
      });
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.run;
    }
  }

  #takeUpRun(row: RunRow): void {
    if (row.status === STATUS.waitingForPause) {
      // Nothing is in flight after a restart, so the pause takes place now.
      this.steps.hold(row.run, row.paused_at ?? Date.now());
      this.runs.setStatus(row.run, STATUS.paused, false, row.paused_at);
      return;
    }
    if (row.status === STATUS.rollingBack) {
      this.resumeRollback(row);
      return;
    }
    this.#settleDue(row.run);
    this.replay(row);
  }

  // --- waking --------------------------------------------------------------------------------------------------

  /** What the alarm does: everything that is due, slice by slice. */
  async onAlarm(): Promise<void> {
    this.#alarm.fired();
    for (;;) {
      const woken = await this.commits.join(() => {
        const due = this.steps.dueRuns(Date.now(), RUNS_PER_TURN, (run) => this.#live.has(run));
        for (const run of due) this.#wakeDue(run);
        return due.length;
      });
      if (woken < RUNS_PER_TURN) break;
    }
    await this.#purge();
    await this.commits.join(() => this.#alarm.arm(this.#isExecuting));
  }

  /** Runs whose retention has passed leave nothing behind. */
  async #purge(): Promise<void> {
    for (;;) {
      const purged = await this.commits.join(() => {
        const expired = this.runs.expired(Date.now(), RUNS_PER_TURN);
        for (const { run } of expired) this.remove(run);
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
    this.#settleDue(run);
    this.wake(row);
  }

  /** Inside a write: a parked run goes on. */
  wake(row: RunRow): void {
    if (this.#live.has(row.run)) return;
    this.runs.setLive(row.run, true);
    this.replay(row);
  }

  /** Gives due sleeps, back-offs and waits of a run that is not in memory the outcome that time has brought. */
  #settleDue(run: number): void {
    const now = Date.now();
    for (const row of this.steps.dueOf(run, now)) this.#settleDueStep(run, row, now);
  }

  #settleDueStep(run: number, row: StepRow, now: number): void {
    if (row.kind === KIND.sleep) this.steps.complete(row, now, encode(undefined, ""));
    else if (row.kind === KIND.do) this.steps.put({ ...row, due_at: null });
    else {
      const event = row.event_type === null ? undefined : this.events.oldest(run, row.event_type);
      if (event === undefined) this.steps.fail(row, now, JSON.stringify(recordOf(timeoutError(row.wait_ms ?? 0))));
      else {
        this.events.take(event, row.step);
        this.steps.complete(row, now, encode(event, ""));
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
      this.runs.complete(execution.run, STATUS.complete, Date.now(), execution.definition.successRetentionMs, output);
      this.#forget(execution);
    });
  }

  failRun(execution: Execution, thrown: unknown): void {
    if (!execution.alive) return;
    const error = finalError(execution, thrown);
    logFailure({ workflow: execution.definition.name, run: execution.id }, "failed", error, thrown);
    this.#write(execution, () => {
      const { errorRetentionMs } = execution.definition;
      this.runs.end(execution.run, STATUS.errored, Date.now(), errorRetentionMs, JSON.stringify(error), null);
      this.#forget(execution);
    });
  }

  #failWithRollback(execution: Execution, thrown: unknown): void {
    const error = finalError(execution, thrown);
    logFailure({ workflow: execution.definition.name, run: execution.id }, "failed and is rolled back", error, thrown);
    this.#write(execution, () => this.startRollback(execution, { after: STATUS.errored, error }));
  }

  // --- rolling back --------------------------------------------------------------------------------------------

  /** Inside a write: the run's code is at its end, and the handlers of its steps are called. */
  startRollback(execution: Execution, record: RollbackRecord): void {
    const { run, rollbacks } = execution;
    for (const [step, { row }] of rollbacks) {
      const stored = this.steps.get(step);
      // A step in flight has started, so it takes part; its row may be missing yet.
      if (stored === undefined) this.steps.put({ ...row, rollback: ROLLBACK.registered });
      else if (stored.rollback === null) this.steps.setRollback(step, ROLLBACK.registered);
    }
    execution.isRollingBack = true;
    this.drop(execution);
    this.steps.clearDue(run);
    this.runs.setRollback(run, STATUS.rollingBack, JSON.stringify(record));
    const isComplete = this.steps.toRollBack(run).every(({ step }) => rollbacks.has(step));
    const row = isComplete ? undefined : this.runs.get(run);
    if (row === undefined) this.#runRollback(execution, rollbacks, record);
    else this.resumeRollback(row);
  }

  /** The handlers are functions and were lost with their execution: the code is run again only to meet them. */
  resumeRollback(row: RunRow): void {
    const start = this.#startOf(row);
    const execution = this.#prepare(start);
    if (execution === undefined || this.#rollbacks.has(row.run)) return;
    const collected = execution.startCollecting();
    const handlers = Promise.race([collected, this.#execute(execution, start)]).then(() => {
      execution.isRollingBack = true;
      execution.drop();
      return execution.rollbacks;
    });
    this.#runRollback(execution, handlers, readRollbackRecord(row));
  }

  #runRollback(
    execution: Execution,
    handlers: RollbackHandlers | Promise<RollbackHandlers>,
    record: RollbackRecord,
  ): void {
    const { run, id, definition } = execution;
    const task: RollbackTask = { run, id, workflow: definition.name, cancelled: false };
    this.#rollbacks.set(run, task);
    this.#alarm.arm(true);
    const work = async (): Promise<void> => {
      const ended = await rollBack(this, task, await handlers, record);
      if (task.cancelled) return;
      await this.commits.write(() => {
        const { after, error } = ended;
        this.runs.recordRollback(run, JSON.stringify(ended));
        this.runs.end(run, after, Date.now(), definition.errorRetentionMs, error && JSON.stringify(error), null);
        this.#rollbacks.delete(run);
      });
    };
    work().catch((error: unknown) => {
      this.#rollbacks.delete(run);
      logFailure(
        { workflow: task.workflow, run: id },
        "could not be rolled back and is tried again",
        recordOf(error),
        error,
      );
      this.timers.add(Date.now() + SUSPEND_MS, () => {
        const row = this.runs.get(run);
        if (row?.status === STATUS.rollingBack) this.resumeRollback(row);
      });
    });
  }

  cancelRollback(run: number): void {
    const task = this.#rollbacks.get(run);
    if (task !== undefined) task.cancelled = true;
    this.#rollbacks.delete(run);
  }

  get #isExecuting(): boolean {
    return this.#live.size > 0 || this.#rollbacks.size > 0;
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
    else void this.commits.join(attempt);
  }

  #forget(execution: Execution): void {
    if (execution.hasWaits) this.steps.clearDue(execution.run);
    this.drop(execution);
  }

  errorRetentionMs(workflow: string): number {
    return definitionOf(workflow)?.errorRetentionMs ?? DEFAULT_RETENTION_MS;
  }

  /** Inside a write: the run and everything of it is gone. */
  remove(run: number): void {
    const execution = this.#live.get(run);
    if (execution !== undefined) this.drop(execution);
    this.cancelRollback(run);
    this.storage.transactionSync(() => {
      this.steps.removeFrom(run, firstKey(run));
      this.events.removeAll(run);
      this.runs.remove(run);
    });
  }

  /** The execution becomes stale; the run's row says what comes of it. */
  drop(execution: Execution): void {
    execution.drop();
    if (this.#live.get(execution.run) === execution) this.#live.delete(execution.run);
  }

  /** Inside a write: the last callback of a run that is to pause has ended. */
  markPaused(execution: Execution): void {
    this.runs.setStatus(execution.run, STATUS.paused, false, Date.now());
    this.drop(execution);
  }

  /** For tests: from now on every recorded outcome is followed by a replay, as if the object had been evicted. */
  replaysAlways = false;

  recorded(execution: Execution): void {
    if (!this.replaysAlways || execution.callbacksInFlight > 0 || execution.isGated || !execution.alive) return;
    this.drop(execution);
    void this.commits.join(() => {
      const row = this.runs.get(execution.run);
      if (row?.live === 1 && !this.#live.has(row.run)) this.replay(row);
    });
  }

  suspend(execution: Execution, cause: unknown): void {
    if (!execution.alive) return;
    this.drop(execution);
    logFailure(
      { workflow: execution.definition.name, run: execution.id },
      "could not write its journal and is run again",
      recordOf(cause),
      cause,
    );
    this.timers.add(Date.now() + SUSPEND_MS, () => {
      const row = this.runs.get(execution.run);
      if (row !== undefined && row.live === 1 && !this.#live.has(row.run)) this.replay(row);
    });
  }

  // --- looking after -------------------------------------------------------------------------------------------

  #sweepSoon(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    this.timers.add(Date.now() + SWEEP_MS, () => {
      this.#sweeping = false;
      this.#sweep();
      if (this.#live.size > 0) this.#sweepSoon();
    });
  }

  #sweep(): void {
    const now = Date.now();
    const idle: Execution[] = [];
    const long: [Execution, OpenStep[]][] = [];
    for (const execution of this.#live.values()) {
      if (execution.isIdle) idle.push(execution);
      const unmarked = execution.unmarked(now - MARK_AFTER_MS);
      if (unmarked.length > 0) long.push([execution, unmarked]);
    }
    const park = idle.filter((execution) => idle.length > MANY_IDLE || isLongIdle(execution, now));
    if (park.length === 0 && long.length === 0) return;
    void this.commits.join(() => {
      for (const [execution, steps] of long) this.#mark(execution, steps);
      for (const execution of park) if (execution.alive && execution.isIdle) this.#park(execution);
      if (park.length > 0) this.#alarm.arm(this.#isExecuting);
    });
  }

  /** So that a crash is seen to have cost an attempt, and what runs for long is visible from outside. */
  #mark(execution: Execution, steps: OpenStep[]): void {
    for (const step of steps) {
      if (!execution.alive || step.stored) continue;
      this.steps.put(step.row);
      step.stored = true;
    }
  }

  /** A million sleeping runs are a million rows, and no memory. */
  #park(execution: Execution): void {
    this.runs.setLive(execution.run, false);
    this.drop(execution);
  }
}

type RollbackHandlers = ReadonlyMap<number, RollbackHandler>;

interface Start {
  run: number;
  workflow: string;
  id: string;
  createdAt: number;
  payload: () => unknown;
  recorded: Iterable<StepRow>;
}

function isLongIdle(execution: Execution, now: number): boolean {
  const idleMs = now - execution.activeAt;
  if (execution.waitedTypes.length > 0) return idleMs > PARK_EVENT_WAIT_AFTER_MS;
  return idleMs > PARK_AFTER_MS && execution.nextDueAt() - now > PARK_UNLESS_DUE_WITHIN_MS;
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** The run's error as `status()` shows it (spec §5.2, §6.8). */
function finalError(execution: Execution, thrown: unknown): ErrorRecord {
  const error = recordOf(thrown);
  const match = /^NonRetryableError(?:: )?/.exec(error.message);
  if (match === null)
    return thrown instanceof Error && isEngineName(thrown.name)
      ? { ...error, name: thrown.name, message: thrown.message }
      : error;
  if (execution.definition.keepsNonRetryableError)
    return { ...error, name: "NonRetryableError", message: error.message.slice(match[0].length) };
  return {
    name: "WorkflowFatalError",
    message:
      "The execution of the Workflow instance was terminated, as a step threw an NonRetryableError and it was not handled",
  };
}

function isEngineName(name: string): boolean {
  return name === "WorkflowFatalError" || name === "WorkflowInternalError";
}
