import { firstKey, type StepRow } from "../journal/steps-table.ts";
import { FORM } from "../journal/value-store.ts";
import type { CountingSql } from "./counting-sql.ts";

/** Of `attempts`: those that failed. */
export type FailedAttempt = {
  attempt: number;
  started: number;
  ended: number;
  delay_ms: number | null;
  error: string;
};

const ROWS_AHEAD = 100;
/** Characters of JSON; thousands of rows must not bring all their results with them. */
const SMALL_VALUE = 1024;
const COLUMNS = `step, kind, name, count, state, attempts, failures, started, attempt_started, ended, due_at, held_ms, wait_ms,
  event_type, rollback, config, error, form, iif(length(value) > ${SMALL_VALUE}, NULL, value) AS value`;
const ATTEMPT_COLUMNS = "attempt, started, ended, delay_ms, error";

/**
 * The steps of one run as they are now, in order of start: those on disk, and what memory knows better or alone, which
 * is what is at work at this moment. Large values are left out.
 */
export class StepRows {
  readonly #sql: CountingSql;
  readonly run: number;
  /** By key, in order. */
  readonly #atWork: ReadonlyMap<number, StepRow>;

  constructor(sql: CountingSql, run: number, atWork: readonly StepRow[]) {
    this.#sql = sql;
    this.run = run;
    this.#atWork = new Map(atWork.toSorted((a, b) => a.step - b.step).map((row) => [row.step, row]));
  }

  isAtWork(step: number): boolean {
    return this.#atWork.has(step);
  }

  /** Steps after a place, as far as they are asked for. */
  *after(place: number): Generator<StepRow> {
    const atWork = [...this.#atWork.values()];
    let last = firstKey(this.run) + place;
    for (;;) {
      const rows = this.#sql.rows<StepRow>(
        `SELECT ${COLUMNS} FROM steps WHERE step > ? AND step < ? ORDER BY step LIMIT ${ROWS_AHEAD}`,
        last,
        firstKey(this.run + 1),
      );
      const end = rows.length < ROWS_AHEAD ? Number.POSITIVE_INFINITY : (rows.at(-1)?.step ?? last);
      const known = new Set(rows.map(({ step }) => step));
      const alone = atWork.filter(({ step }) => step > last && step <= end && !known.has(step));
      const both = [...rows, ...alone].toSorted((a, b) => a.step - b.step);
      for (const row of both) yield this.#atWork.get(row.step) ?? row;
      if (end === Number.POSITIVE_INFINITY) return;
      last = end;
    }
  }

  at(place: number): StepRow | undefined {
    const step = firstKey(this.run) + place;
    return this.#atWork.get(step) ?? this.stored(place);
  }

  stored(place: number): StepRow | undefined {
    return this.#sql.first<StepRow>(`SELECT ${COLUMNS} FROM steps WHERE step = ?`, firstKey(this.run) + place);
  }

  /** Place of the last step that has begun; 0 when there is none. */
  latest(): number {
    const stored = this.#sql.first<{ step: number }>(
      "SELECT step FROM steps WHERE step > ? AND step < ? ORDER BY step DESC LIMIT 1",
      firstKey(this.run),
      firstKey(this.run + 1),
    );
    const first = firstKey(this.run);
    return Math.max(stored?.step ?? first, [...this.#atWork.keys()].at(-1) ?? first) - first;
  }

  /** The JSON text of a value, which the row may have left out. */
  textOf(row: StepRow): string | null {
    if (row.value !== null || row.form !== FORM.json) return row.value;
    return this.#sql.first<{ value: string | null }>("SELECT value FROM steps WHERE step = ?", row.step)?.value ?? null;
  }

  /** The latest failed attempts before a number, latest first. */
  failedBefore(step: number, before: number, limit: number): FailedAttempt[] {
    return this.#sql.rows<FailedAttempt>(
      `SELECT ${ATTEMPT_COLUMNS} FROM attempts WHERE step = ? AND attempt < ? ORDER BY attempt DESC LIMIT ?`,
      step,
      before,
      limit,
    );
  }

  /** The first failed attempts from a number on. */
  failedFrom(step: number, from: number, limit: number): FailedAttempt[] {
    return this.#sql.rows<FailedAttempt>(
      `SELECT ${ATTEMPT_COLUMNS} FROM attempts WHERE step = ? AND attempt >= ? ORDER BY attempt LIMIT ?`,
      step,
      from,
      limit,
    );
  }
}

export function placeOf(row: { step: number }, run: number): number {
  return row.step - firstKey(run);
}
