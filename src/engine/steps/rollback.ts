import { callBack } from "./call-back.ts";
import { type ErrorRecord, recordOf, reviveError } from "../base/errors.ts";
import { logLine } from "../base/log.ts";
import { planRetry } from "./retry-plan.ts";
import type { RollbackHandler } from "./rollback-options.ts";
import type { RunRow } from "../journal/runs-table.ts";
import type { Shard } from "../runs/shard.ts";
import { contextOf, shownConfig, storeConfig, timeoutMs } from "./step-config.ts";
import { ROLLBACK, STATE, type StepRow } from "../journal/steps-table.ts";
import { replayStream } from "./stream-results.ts";
import { cloneKey, decode, FORM } from "../journal/value-store.ts";

/** What is on disk of a rollback: where it leads, and once it has ended, how. */
export interface RollbackRecord {
  /** The status that the run ends with. */
  after: number;
  /** The run's own error; `null` for a termination. */
  error: ErrorRecord | null;
  outcome?: "complete" | "failed";
  /** Of the handler that stopped the chain. */
  failure?: { name: string; message: string };
}

const TERMINATED: ErrorRecord = { name: "Terminated", message: "Instance terminated during rollback" };

/** @throws Error when the run has none: its status says that it has */
export function readRollbackRecord(row: Pick<RunRow, "id" | "rollback">): RollbackRecord {
  if (row.rollback === null) throw new Error(`Run ${row.id} is being rolled back, but its record of that is missing.`);
  return JSON.parse(row.rollback) as RollbackRecord;
}

/** Shows whether a rollback that is under way is still wanted: a termination or deletion ends it. */
export interface RollbackTask {
  readonly run: number;
  readonly id: string;
  readonly workflow: string;
  cancelled: boolean;
}

/** Thrown where a rollback that is not wanted any more would go on (E3). */
export class RollbackCancelled extends Error {}

/** Writes on behalf of a rollback, if it is still wanted when its turn comes. @throws RollbackCancelled */
export async function write(shard: Shard, task: RollbackTask, change: () => void): Promise<void> {
  await shard.commits.write(() => {
    if (task.cancelled) throw new RollbackCancelled();
    change();
  });
}

/**
 * Calls the rollback handlers of a run, latest started step first, one at a time; one that finally fails stops the chain
 * (spec §9). Each that has ended is marked on disk, so a crash repeats at most one.
 */
export async function rollBack(
  shard: Shard,
  task: RollbackTask,
  handlers: ReadonlyMap<number, RollbackHandler>,
  record: RollbackRecord,
): Promise<RollbackRecord> {
  const error = record.error ?? TERMINATED;
  for (const row of shard.steps.toRollBack(task.run)) {
    const handler = handlers.get(row.step);
    const stepName = `${row.name}-${row.count}`;
    const config = handler && { config: shownConfig(storeConfig(handler.rollbackConfig)) };
    await write(shard, task, () => shard.note(task.run, "rollback_step_started", { stepName, ...config }));
    const failure = await takeBack(shard, task, row, handler, error);
    await write(shard, task, () => {
      shard.steps.setRollback(row.step, failure === undefined ? ROLLBACK.done : ROLLBACK.failed);
      if (failure === undefined) shard.note(task.run, "rollback_step_completed", { stepName });
      else
        shard.note(task.run, "rollback_step_errored", {
          stepName,
          error: { name: failure.name, message: failure.message },
        });
    });
    if (failure !== undefined)
      return { ...record, outcome: "failed", failure: { name: failure.name, message: failure.message } };
  }
  return { ...record, outcome: "complete" };
}

/** Attempts of one handler; what failed it for good, or nothing. */
async function takeBack(
  shard: Shard,
  task: RollbackTask,
  row: StepRow,
  handler: RollbackHandler | undefined,
  error: ErrorRecord,
): Promise<ErrorRecord | undefined> {
  const stepName = `${row.name}-${row.count}`;
  const subject = { workflow: task.workflow, run: task.id, step: stepName };
  if (handler === undefined) {
    logLine("warn", subject, "has a rollback handler that the present code does not register any more");
    return { name: "RollbackMissing", message: "Rollback function not available in registry" };
  }
  const ctx = contextOf(row.name, row.count, Math.max(1, row.attempts), handler.config);
  const { rollbackConfig } = handler;
  for (let failures = 1; ; failures++) {
    const facts = { stepName, attempt: failures };
    const note = (type: string, more: object = {}): Promise<void> =>
      write(shard, task, () => shard.note(task.run, `rollback_attempt_${type}`, { ...facts, ...more }));
    await note("started");
    const outcome = await callBack(shard.timers, timeoutMs(rollbackConfig), () =>
      handler.rollback({ ctx, error: reviveError(error), output: outputOf(shard, row), stepName }),
    );
    if ("value" in outcome) {
      await note("completed");
      return undefined;
    }
    const failure = recordOf(outcome.thrown, true);
    const shown = { name: failure.name, message: failure.message };
    const plan = await planRetry(shard.timers, rollbackConfig, ctx, failures, outcome.thrown, true);
    await note("errored", "delay" in plan ? { error: shown, retryDelayMs: plan.delay } : { error: shown });
    if ("error" in plan) {
      logLine("warn", subject, `rollback failed: ${failure.name}: ${failure.message}`);
      return failure;
    }
    await new Promise<void>((resolve) => {
      shard.timers.add(Date.now() + plan.delay, resolve);
    });
  }
}

/** Afresh for each attempt: a stream can be read once. */
function outputOf(shard: Shard, row: StepRow): unknown {
  if (row.state !== STATE.completed) return undefined;
  if (row.form === FORM.stream) return replayStream(shard.chunks, row.step, Number(row.value));
  return decode(shard.storage, row.form, row.value, cloneKey.step(row.step));
}
