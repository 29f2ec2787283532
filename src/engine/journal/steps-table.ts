import type { Mark } from "./marks.ts";
import { STEPS_PER_RUN } from "./schema.ts";
import { cloneKey, type Encoded, FORM, writeClone } from "./value-store.ts";

export const KIND = { do: 0, sleep: 1, waitForEvent: 2 } as const;
/** What has become of a step's rollback handler; NULL where it has none. */
export const ROLLBACK = { registered: 0, done: 1, failed: 2 } as const;
export const STATE = { pending: 0, completed: 1, failed: 2 } as const;

/** A row of `steps`. */
export type StepRow = {
  step: number;
  kind: number;
  name: string;
  count: number;
  place: string | null;
  state: number;
  attempts: number;
  failures: number;
  started: Mark;
  attempt_started: Mark | null;
  ended: Mark | null;
  due_at: number | null;
  held_ms: number | null;
  wait_ms: number | null;
  event_type: string | null;
  form: number;
  value: string | null;
  error: string | null;
  config: string | null;
  rollback: number | null;
};

/** Characters of JSON; a replay of thousands of steps must not hold all their results at once. */
const LARGE_VALUE = 4096;

export function firstKey(run: number): number {
  return run * STEPS_PER_RUN;
}

export function runOf(step: number): number {
  return Math.floor(step / STEPS_PER_RUN);
}

/** The `steps` and `attempts` tables of one shard; each method is one statement unless it says otherwise. */
export class StepsTable {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  /** All steps of a run in start order, for a replay: large values are left out, and read when they are asked for. */
  ofRun(run: number): SqlStorageCursor<StepRow> {
    return this.#sql.exec<StepRow>(
      `SELECT step, kind, name, count, place, state, attempts, failures, started, attempt_started, ended, due_at, held_ms, wait_ms,
         event_type, form, iif(length(value) > ${LARGE_VALUE}, NULL, value) AS value, error, config, rollback
       FROM steps WHERE step >= ? AND step < ? ORDER BY step`,
      firstKey(run),
      firstKey(run + 1),
    );
  }

  /** What the results of a run take, but for those in V8's form and streams. */
  bytesOf(run: number): number {
    return this.#sql
      .exec<{ bytes: number }>(
        "SELECT COALESCE(sum(length(value)), 0) AS bytes FROM steps WHERE step >= ? AND step < ? AND form = ?",
        firstKey(run),
        firstKey(run + 1),
        FORM.json,
      )
      .one().bytes;
  }

  /** The hot path: a step that ended in its first attempt before anything of it was written. */
  insertCompleted({ step, kind, name, count, place, started, config }: StepRow, ended: Mark, value: Encoded): void {
    writeClone(this.#storage, cloneKey.step(step), value);
    this.#sql.exec(
      `INSERT INTO steps (step, kind, name, count, place, state, attempts, started, ended, form, value, config)
       VALUES (?, ?, ?, ?, ?, 1, 1, ?, ?, ?, ?, ?)`,
      step,
      kind,
      name,
      count,
      place,
      started,
      ended,
      value.form,
      value.text,
      config,
    );
  }

  /** Writes the whole row, whether it exists or not. */
  put(row: StepRow): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO steps (step, kind, name, count, place, state, attempts, failures, started, attempt_started, ended, due_at,
         held_ms, wait_ms, event_type, form, value, error, config, rollback)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.step,
      row.kind,
      row.name,
      row.count,
      row.place,
      row.state,
      row.attempts,
      row.failures,
      row.started,
      row.attempt_started,
      row.ended,
      row.due_at,
      row.held_ms,
      row.wait_ms,
      row.event_type,
      row.form,
      row.value,
      row.error,
      row.config,
      row.rollback,
    );
  }

  complete(row: StepRow, ended: Mark, value: Encoded): void {
    writeClone(this.#storage, cloneKey.step(row.step), value);
    this.put({
      ...row,
      state: STATE.completed,
      ended,
      due_at: null,
      held_ms: null,
      form: value.form,
      value: value.text,
    });
  }

  fail(row: StepRow, ended: Mark, error: string): void {
    this.put({ ...row, state: STATE.failed, ended, due_at: null, held_ms: null, error });
  }

  get(step: number): StepRow | undefined {
    return this.#sql.exec<StepRow>("SELECT * FROM steps WHERE step = ?", step).toArray()[0];
  }

  /** Steps whose rollback handler has not been called to its end, latest started first. */
  toRollBack(run: number): StepRow[] {
    return this.#sql
      .exec<StepRow>(
        "SELECT * FROM steps WHERE step >= ? AND step < ? AND rollback = ? ORDER BY step DESC",
        firstKey(run),
        firstKey(run + 1),
        ROLLBACK.registered,
      )
      .toArray();
  }

  /** A restarted run has rolled nothing back. */
  resetRollbacks(run: number): void {
    this.#sql.exec(
      "UPDATE steps SET rollback = ? WHERE step >= ? AND step < ? AND rollback IS NOT NULL",
      ROLLBACK.registered,
      firstKey(run),
      firstKey(run + 1),
    );
  }

  setRollback(step: number, rollback: number): void {
    this.#sql.exec("UPDATE steps SET rollback = ? WHERE step = ?", rollback, step);
  }

  addFailedAttempt(
    step: number,
    attempt: number,
    started: Mark,
    ended: Mark,
    delayMs: number | null,
    error: string,
  ): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO attempts (step, attempt, started, ended, delay_ms, error) VALUES (?, ?, ?, ?, ?, ?)",
      step,
      attempt,
      started,
      ended,
      delayMs,
      error,
    );
  }

  /** The earliest due time after `after` of all runs that are neither paused nor ended. */
  nextDueAt(after: number): number | null {
    return this.#sql
      .exec<{ due: number | null }>(
        "SELECT min(due_at) AS due FROM steps WHERE due_at IS NOT NULL AND due_at > ?",
        after,
      )
      .one().due;
  }

  /** Up to `limit` runs with something due that are not already at it, each once, longest overdue first. */
  dueRuns(now: number, limit: number, isLive: (run: number) => boolean): number[] {
    const runs = new Set<number>();
    const due = this.#sql.exec<{ step: number }>(
      "SELECT step FROM steps WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at",
      now,
    );
    for (const { step } of due) {
      const run = runOf(step);
      if (!isLive(run)) runs.add(run);
      if (runs.size >= limit) break;
    }
    return [...runs];
  }

  /** What is due in one run. */
  dueOf(run: number, now: number): StepRow[] {
    return this.#sql
      .exec<StepRow>(
        "SELECT * FROM steps WHERE step >= ? AND step < ? AND due_at <= ? ORDER BY step",
        firstKey(run),
        firstKey(run + 1),
        now,
      )
      .toArray();
  }

  find(
    run: number,
    kind: number,
    name: string,
    count: number,
  ): { readonly step: number; readonly started: Mark } | undefined {
    return this.#sql
      .exec<{ step: number; started: Mark }>(
        "SELECT step, started FROM steps WHERE step >= ? AND step < ? AND kind = ? AND name = ? AND count = ?",
        firstKey(run),
        firstKey(run + 1),
        kind,
        name,
        count,
      )
      .toArray()[0];
  }

  /** A pause: what is left of every wait is kept as a duration, so nothing falls due meanwhile. */
  hold(run: number, now: number): void {
    this.#sql.exec(
      `UPDATE steps SET held_ms = max(0, due_at - ?), due_at = NULL
       WHERE step >= ? AND step < ? AND due_at IS NOT NULL`,
      now,
      firstKey(run),
      firstKey(run + 1),
    );
  }

  /** The end of a pause: the waits go on with what was left of them. */
  release(run: number, now: number): void {
    this.#sql.exec(
      `UPDATE steps SET due_at = ? + held_ms, held_ms = NULL
       WHERE step >= ? AND step < ? AND held_ms IS NOT NULL`,
      now,
      firstKey(run),
      firstKey(run + 1),
    );
  }

  /** An ended run waits for nothing. */
  clearDue(run: number): void {
    this.#sql.exec(
      "UPDATE steps SET due_at = NULL, held_ms = NULL WHERE step >= ? AND step < ? AND (due_at IS NOT NULL OR held_ms IS NOT NULL)",
      firstKey(run),
      firstKey(run + 1),
    );
  }

  setEventType(step: number, type: string): void {
    this.#sql.exec("UPDATE steps SET event_type = ? WHERE step = ?", type, step);
  }

  /** Whether a run has an open wait for an event. */
  isAwaiting(run: number): boolean {
    return (
      this.#sql
        .exec(
          "SELECT 1 FROM steps WHERE step >= ? AND step < ? AND kind = ? AND state = ? LIMIT 1",
          firstKey(run),
          firstKey(run + 1),
          KIND.waitForEvent,
          STATE.pending,
        )
        .toArray().length > 0
    );
  }

  /** Removes the steps from `from` on, with their attempts and V8-formed values. */
  removeFrom(run: number, from: number): void {
    const end = firstKey(run + 1);
    const clones = this.#sql.exec<{ step: number }>(
      "SELECT step FROM steps WHERE step >= ? AND step < ? AND form = ?",
      from,
      end,
      FORM.clone,
    );
    for (const { step } of clones.toArray()) this.#storage.kv.delete(cloneKey.step(step));
    this.#sql.exec("DELETE FROM attempts WHERE step >= ? AND step < ?", from, end);
    this.#sql.exec("DELETE FROM steps WHERE step >= ? AND step < ?", from, end);
  }
}
