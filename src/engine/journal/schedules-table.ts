/** A row of `schedules`. */
export type ScheduleRow = { workflow: string; cron: string; next_at: number };

/** The `schedules` table of one shard; each method is one statement. */
export class SchedulesTable {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
  }

  all(): ScheduleRow[] {
    return this.#sql.exec<ScheduleRow>("SELECT workflow, cron, next_at FROM schedules").toArray();
  }

  due(now: number): ScheduleRow[] {
    return this.#sql
      .exec<ScheduleRow>("SELECT workflow, cron, next_at FROM schedules WHERE next_at <= ? ORDER BY next_at", now)
      .toArray();
  }

  nextAt(): number | null {
    return this.#sql.exec<{ at: number | null }>("SELECT min(next_at) AS at FROM schedules").one().at;
  }

  put({ workflow, cron, next_at: nextAt }: ScheduleRow): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO schedules (workflow, cron, next_at) VALUES (?, ?, ?)",
      workflow,
      cron,
      nextAt,
    );
  }

  remove({ workflow, cron }: ScheduleRow): void {
    this.#sql.exec("DELETE FROM schedules WHERE workflow = ? AND cron = ?", workflow, cron);
  }
}
