/** Results of all runs as JSON text, numbered from 0 within their run. */
export class ResultsTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  insert(run: number, n: number, json: string): void {
    this.#sql.exec("INSERT INTO pawl_agent_results (run, n, value) VALUES (?, ?, ?)", run, n, json);
  }

  deleteAll(run: number): void {
    this.#sql.exec("DELETE FROM pawl_agent_results WHERE run = ?", run);
  }

  /** The newest ones, oldest first: as many as are within both bounds. */
  newest(run: number, limit: number, maxLength: number): unknown[] {
    const rows = this.#sql.exec<{ value: string }>(
      "SELECT value FROM pawl_agent_results WHERE run = ? ORDER BY n DESC LIMIT ?",
      run,
      limit,
    );
    return parseWithin(rows, maxLength, false).toReversed();
  }

  /** From place `from` on: as many as are within both bounds, and one at least. */
  page(run: number, from: number, limit: number, maxLength: number): unknown[] {
    const rows = this.#sql.exec<{ value: string }>(
      "SELECT value FROM pawl_agent_results WHERE run = ? AND n >= ? ORDER BY n LIMIT ?",
      run,
      from,
      limit,
    );
    return parseWithin(rows, maxLength, true);
  }
}

function parseWithin(rows: Iterable<{ value: string }>, maxLength: number, takesFirst: boolean): unknown[] {
  const values: unknown[] = [];
  let length = 0;
  for (const { value } of rows) {
    length += value.length;
    if (length > maxLength && !(takesFirst && values.length === 0)) break;
    values.push(JSON.parse(value));
  }
  return values;
}
