import type { Mark } from "./marks.ts";

/** A row of `log`: something that happened to a run as a whole and is not in the run's own row. */
export type LogRow = {
  mark: Mark;
  type: string;
  /** JSON. */
  facts: string | null;
};

/** The `log` table of one shard. */
export class LogTable {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
  }

  add(run: number, mark: Mark, type: string, facts?: Readonly<Record<string, unknown>>): void {
    this.#sql.exec(
      "INSERT INTO log (run, mark, type, facts) VALUES (?, ?, ?, ?)",
      run,
      mark,
      type,
      facts === undefined ? null : JSON.stringify(facts),
    );
  }

  /** Removes all that was noted from `from` on. */
  remove(run: number, from: Mark = 0): void {
    this.#sql.exec("DELETE FROM log WHERE run = ? AND mark >= ?", run, from);
  }
}
