import { parseError } from "./step-do.ts";
import { type Mark, timeOf } from "./marks.ts";
import type { HistoryEvent } from "./protocol.ts";
import type { RunRow } from "./runs-table.ts";
import type { Shard } from "./shard.ts";
import { STATUS } from "./status.ts";
import { shownConfig } from "./step-config.ts";
import { type AttemptRow, KIND, STATE, type StepRow } from "./steps-table.ts";
import { cloneKey, decode, FORM } from "./value-store.ts";

/** In place of a result that the application marked as sensitive. */
export const REDACTED = "[REDACTED]";

type Facts = Readonly<Record<string, unknown>>;
type Entry = [mark: Mark, type: string, facts: Facts];

/**
 * The one read side: what has happened to a run, in order, after a mark. Everything is derived from the rows that the
 * engine works with, so writing costs nothing more; steps in flight that are not on disk yet come from memory.
 */
export function readHistory(shard: Shard, row: RunRow, after: Mark, limit: number): HistoryEvent[] {
  const entries: Entry[] = [];
  const keep = (entry: Entry): void => {
    if (entry[0] > after) entries.push(entry);
  };
  for (const entry of ofRun(shard, row)) keep(entry);
  for (const { mark, type, facts } of shard.log.after(row.run, after, limit)) {
    keep([mark, type, facts === null ? {} : (JSON.parse(facts) as Facts)]);
  }
  for (const attempt of shard.steps.attemptsAfter(row.run, after)) for (const entry of ofAttempt(attempt)) keep(entry);
  for (const step of shard.steps.changedAfter(row.run, after)) for (const entry of ofStep(step)) keep(entry);
  for (const step of shard.execution(row.run)?.unstored() ?? []) for (const entry of ofStep(step)) keep(entry);
  entries.sort(([a], [b]) => a - b);
  return entries.slice(0, limit).map(([mark, type, facts]) => ({
    instanceId: row.id,
    eventId: mark,
    timestamp: timeOf(mark),
    type,
    ...resolve(shard, facts),
  }));
}

/** A value is read only when its event is on the page. */
class Stored {
  readonly row: StepRow;

  constructor(row: StepRow) {
    this.row = row;
  }
}

function resolve(shard: Shard, facts: Facts): Facts {
  const { output } = facts;
  return output instanceof Stored ? { ...facts, output: outputOf(shard, output.row) } : facts;
}

export function isSensitive({ config }: StepRow): boolean {
  return config?.includes('"sensitive":"output"') === true;
}

function outputOf(shard: Shard, row: StepRow): unknown {
  if (isSensitive(row)) return REDACTED;
  if (row.form === FORM.stream) return "[ReadableStream]";
  return decode(shard.storage, row.form, row.value, cloneKey.step(row.step));
}

function* ofRun(shard: Shard, row: RunRow): Generator<Entry> {
  const params = decode(shard.storage, row.payload_form, row.payload, cloneKey.payload(row.run));
  yield [row.started, "workflow_queued", {}];
  if (row.begun !== 0) {
    yield [row.begun ?? row.started + 1, "workflow_started", { params }];
    yield [row.begun === null ? row.started + 2 : row.begun + 1, "workflow_running", {}];
  }
  if (row.ended === null) return;
  if (row.status === STATUS.complete) {
    const output = decode(shard.storage, row.output_form, row.output, cloneKey.output(row.run));
    yield [row.ended, "workflow_completed", { output }];
  } else if (row.status === STATUS.errored) {
    const { name, message } = parseError(row.error);
    yield [row.ended, "workflow_errored", { error: { name, message } }];
  } else yield [row.ended, "workflow_terminated", {}];
}

function* ofStep(row: StepRow): Generator<Entry> {
  const stepName = `${row.name}-${row.count}`;
  if (row.kind === KIND.sleep) {
    yield [row.started, "sleep_started", { stepName, durationMs: row.wait_ms }];
    if (row.ended !== null) yield [row.ended, "sleep_completed", { stepName }];
    return;
  }
  if (row.kind === KIND.waitForEvent) {
    yield [row.started, "wait_started", { stepName, eventType: row.event_type }];
    if (row.ended !== null) {
      yield [row.ended, row.state === STATE.completed ? "wait_completed" : "wait_timed_out", { stepName }];
    }
    return;
  }
  yield [row.started, "step_started", { stepName, config: shownConfig(row.config) }];
  // Failed attempts have rows of their own; this is the one that is under way or has succeeded.
  if (row.state === STATE.completed || (row.state === STATE.pending && row.attempts > row.failures)) {
    yield [row.attempt_started ?? row.started + 1, "attempt_started", { stepName, attempt: row.attempts }];
  }
  if (row.ended === null) return;
  if (row.state === STATE.completed) {
    yield [row.ended, "attempt_completed", { stepName, attempt: row.attempts }];
    const hasOutput = row.form !== FORM.none || isSensitive(row);
    yield [row.ended + 1, "step_completed", hasOutput ? { stepName, output: new Stored(row) } : { stepName }];
  } else yield [row.ended + 1, "step_errored", { stepName }];
}

function* ofAttempt({ name, count, attempt, started, ended, delay_ms: delayMs, error }: AttemptRow): Generator<Entry> {
  const stepName = `${name}-${count}`;
  yield [started, "attempt_started", { stepName, attempt }];
  const { name: errorName, message } = parseError(error);
  const facts = { stepName, attempt, error: { name: errorName, message } };
  yield [ended, "attempt_errored", delayMs === null ? facts : { ...facts, retryDelayMs: delayMs }];
}
