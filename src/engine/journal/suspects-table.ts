import { firstKey } from "./steps-table.ts";

/** A row of `suspects`. */
export type SuspectRow = { key: number; deaths: number; subject: string };

/** The `suspects` table of one shard (caution.ts). */
export class SuspectsTable {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
  }

  all(): SuspectRow[] {
    return this.#sql.exec<SuspectRow>("SELECT key, deaths, subject FROM suspects").toArray();
  }

  /** What was running when the process ended. */
  underWay(): SuspectRow[] {
    return this.#sql
      .exec<SuspectRow>("SELECT key, deaths, subject FROM suspects WHERE under_way = 1 ORDER BY key")
      .toArray();
  }

  /** As running. */
  put({ key, deaths, subject }: SuspectRow): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO suspects (key, deaths, under_way, subject) VALUES (?, ?, 1, ?)",
      key,
      deaths,
      subject,
    );
  }

  setDeaths(key: number, deaths: number): void {
    this.#sql.exec("UPDATE suspects SET deaths = ? WHERE key = ?", deaths, key);
  }

  /** At a start nothing runs yet, and who is charged with nothing is forgotten. */
  removeInnocent(): void {
    this.#sql.exec("DELETE FROM suspects WHERE deaths = 0");
    this.#sql.exec("UPDATE suspects SET under_way = 0");
  }

  remove(key: number): void {
    this.#sql.exec("DELETE FROM suspects WHERE key = ?", key);
  }

  removeRun(run: number): void {
    this.#sql.exec("DELETE FROM suspects WHERE abs(key) >= ? AND abs(key) < ?", firstKey(run), firstKey(run + 1));
  }
}
