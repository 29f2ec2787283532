import { type RunRecord, type RunRow, toColumns, toRecord } from "./run-record.ts";

const LIVE = "(outcome IS NULL OR paused = 1)";

/** Fields of a new run that are not the same for all. */
export type NewRun = Pick<RunRecord, "id" | "workflow" | "created" | "startedAt" | "checkAt">;

/** One row for every run that the agent knows. */
export class RunsTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(id: string): RunRecord | undefined {
    return this.#read("WHERE id = ?", id)[0];
  }

  insert(run: NewRun): void {
    const columns = toColumns({ ...run, updatedAt: run.startedAt });
    const names = columns.map(([name]) => name).join(", ");
    const marks = columns.map(() => "?").join(", ");
    const values = columns.map(([, value]) => value);
    this.#sql.exec(`INSERT INTO pawl_agent_runs (${names}) VALUES (${marks})`, ...values);
  }

  update(number: number, fields: Partial<RunRecord>): void {
    const columns = toColumns(fields);
    const assignments = columns.map(([name]) => `${name} = ?`).join(", ");
    const values = columns.map(([, value]) => value);
    this.#sql.exec(`UPDATE pawl_agent_runs SET ${assignments} WHERE number = ?`, ...values, number);
  }

  rename(workflow: string, newName: string): void {
    this.#sql.exec("UPDATE pawl_agent_runs SET workflow = ? WHERE workflow = ?", newName, workflow);
  }

  delete(number: number): void {
    this.#sql.exec("DELETE FROM pawl_agent_runs WHERE number = ?", number);
  }

  /** Runs under way, the newest first, then those that have ended, the newest first. */
  foremost(limit: number): RunRecord[] {
    const live = this.#read(`WHERE ${LIVE} ORDER BY number DESC LIMIT ?`, limit);
    return [...live, ...this.#read(`WHERE NOT ${LIVE} ORDER BY number DESC LIMIT ?`, limit - live.length)];
  }

  /** The newest first, with a smaller number than `before`. */
  page(before: number, limit: number): RunRecord[] {
    return this.#read("WHERE number < ? ORDER BY number DESC LIMIT ?", before, limit);
  }

  live(): RunRecord[] {
    return this.#read(`WHERE ${LIVE} ORDER BY number`);
  }

  /** Runs whose end the engine has not confirmed: those to be compared first come first. */
  unsettled(limit: number): RunRecord[] {
    return this.#read("WHERE settled = 0 ORDER BY check_at LIMIT ?", limit);
  }

  /** The oldest runs that have ended, but for so many newest ones. */
  endedBeyond(kept: number): RunRecord[] {
    return this.#read(`WHERE NOT ${LIVE} ORDER BY number DESC LIMIT -1 OFFSET ?`, kept);
  }

  /** Those that the Agents SDK's own table of workflows does not have, although they have been created. */
  untracked(): RunRecord[] {
    return this.#read("WHERE created = 1 AND id NOT IN (SELECT workflow_id FROM cf_agents_workflows)");
  }

  count(): number {
    return this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM pawl_agent_runs").one().n;
  }

  countLive(): number {
    return this.#sql.exec<{ n: number }>(`SELECT COUNT(*) AS n FROM pawl_agent_runs WHERE ${LIVE}`).one().n;
  }

  #read(rest: string, ...values: SqlStorageValue[]): RunRecord[] {
    return this.#sql
      .exec<RunRow>(`SELECT * FROM pawl_agent_runs ${rest}`, ...values)
      .toArray()
      .map(toRecord);
  }
}
