import type { AlarmClock } from "../time/alarm-clock.ts";
import { recordOf } from "../base/errors.ts";
import type { Execution } from "./execution.ts";
import { logFailure } from "../base/log.ts";
import { readRollbackRecord, rollBack, type RollbackRecord, type RollbackTask, write } from "../steps/rollback.ts";
import type { RollbackHandler } from "../steps/rollback-options.ts";
import type { RunRow } from "../journal/runs-table.ts";
import type { Shard } from "./shard.ts";
import { STATUS } from "../base/status.ts";
import { ROLLBACK } from "../journal/steps-table.ts";

/** After something could not be written. */
const AGAIN_AFTER_MS = 1000;

type Handlers = ReadonlyMap<number, RollbackHandler>;

/** The runs of a shard that are being rolled back: how that begins, survives a restart, and ends. */
export class Rollbacks {
  readonly #shard: Shard;
  readonly #alarm: AlarmClock;
  readonly #tasks = new Map<number, RollbackTask>();

  constructor(shard: Shard, alarm: AlarmClock) {
    this.#shard = shard;
    this.#alarm = alarm;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** Inside a write: the run's code is at its end, and the handlers of its steps are called. */
  start(execution: Execution, record: RollbackRecord): void {
    const { runs, steps } = this.#shard;
    const { run, rollbacks } = execution;
    for (const [step, { row }] of rollbacks) {
      const stored = steps.get(step);
      // A step in flight has started, so it takes part; its row may be missing yet.
      if (stored === undefined) steps.put({ ...row, rollback: ROLLBACK.registered });
      else if (stored.rollback === null) steps.setRollback(step, ROLLBACK.registered);
    }
    execution.isRollingBack = true;
    this.#shard.abandon(execution);
    steps.clearDue(run);
    runs.setRollback(run, STATUS.rollingBack, JSON.stringify(record));
    this.#shard.note(run, "rollback_started");
    const isComplete = steps.toRollBack(run).every(({ step }) => rollbacks.has(step));
    const row = isComplete ? undefined : runs.get(run);
    if (row === undefined) this.#run(execution, rollbacks, record);
    else this.resume(row);
  }

  /** The handlers are functions and were lost with their execution: the code is run again only to meet them. */
  resume(row: RunRow): void {
    if (this.#tasks.has(row.run)) return;
    const prepared = this.#shard.prepare(row);
    if (prepared === undefined) return;
    const { execution, execute } = prepared;
    const collected = execution.startCollecting();
    const handlers = Promise.race([collected, execute()]).then(() => {
      execution.isRollingBack = true;
      execution.drop();
      return execution.rollbacks;
    });
    this.#run(execution, handlers, readRollbackRecord(row));
  }

  cancel(run: number): void {
    const task = this.#tasks.get(run);
    if (task !== undefined) task.cancelled = true;
    this.#tasks.delete(run);
  }

  #run(execution: Execution, handlers: Handlers | Promise<Handlers>, record: RollbackRecord): void {
    const { run, id, definition } = execution;
    const { runs, timers } = this.#shard;
    const task: RollbackTask = { run, id, workflow: definition.name, cancelled: false };
    this.#tasks.set(run, task);
    this.#alarm.arm(true);
    const work = async (): Promise<void> => {
      const ended = await rollBack(this.#shard, task, await handlers, record);
      await write(this.#shard, task, () => {
        const { after, error } = ended;
        runs.recordRollback(run, JSON.stringify(ended));
        this.#shard.note(run, ended.outcome === "complete" ? "rollback_completed" : "rollback_errored");
        runs.end(
          run,
          after,
          this.#shard.marks.next(),
          definition.errorRetentionMs,
          error && JSON.stringify(error),
          null,
        );
        this.#tasks.delete(run);
        this.#shard.admission.left(definition.name);
      });
    };
    work().catch((error: unknown) => {
      if (task.cancelled) return;
      this.#tasks.delete(run);
      const subject = { workflow: task.workflow, run: id };
      logFailure("error", subject, "could not be rolled back and is tried again", recordOf(error));
      timers.add(Date.now() + AGAIN_AFTER_MS, () => {
        const row = runs.get(run);
        if (row?.status === STATUS.rollingBack) this.resume(row);
      });
    });
  }
}
