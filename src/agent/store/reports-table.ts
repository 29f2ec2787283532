/** Which call of a run a report is: nth call of a method within the nth use of a step, or outside of steps. */
export interface ReportKey {
  /** Name of the step; empty outside of steps. */
  step: string;
  /** Which use of the step's name, from 1; 0 outside of steps. */
  count: number;
  /** Name of the agent's method. */
  method: string;
  /** Which call of this method there, from 0. */
  call: number;
}

/** The reports that have been applied to runs under way. */
export class ReportsTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  has(run: number, { step, count, method, call }: ReportKey): boolean {
    const query =
      "SELECT 1 FROM pawl_agent_reports WHERE run = ? AND step = ? AND count = ? AND method = ? AND call = ?";
    return this.#sql.exec(query, run, step, count, method, call).toArray().length > 0;
  }

  /** @returns false when it was there already */
  add(run: number, { step, count, method, call }: ReportKey): boolean {
    const statement =
      "INSERT OR IGNORE INTO pawl_agent_reports (run, step, count, method, call) VALUES (?, ?, ?, ?, ?)";
    return this.#sql.exec(statement, run, step, count, method, call).rowsWritten > 0;
  }

  deleteAll(run: number): void {
    this.#sql.exec("DELETE FROM pawl_agent_reports WHERE run = ?", run);
  }
}
