import type { CountingSql } from "./counting-sql.ts";
import type { RunSummary } from "./read-protocol.ts";
import { headOfRun, summaryOf } from "./run-head.ts";

/** How many runs of a workflow have a status. */
export type CountRow = { workflow: string; status: number; n: number };

/** A run as far as a search looks at it. */
export type Candidate = { run: number; created_at: number; id: string; status: number };

/** In one shard, newest first. */
export interface Before {
  createdAt: number;
  run: number;
}

/** A list shows an error, it does not tell it. */
const MAX_LISTED_MESSAGE = 500;
const COLUMNS = "run, created_at, id, status";

/** The `runs` table as listings read it; each method is one or two statements that read as many rows as they return. */
export class CatalogTable {
  readonly #sql: CountingSql;

  constructor(sql: CountingSql) {
    this.#sql = sql;
  }

  /** Only the pairs that have runs. */
  counts(): CountRow[] {
    return this.#sql.rows<CountRow>("SELECT workflow, status, n FROM counts WHERE n > 0");
  }

  /** Runs of a workflow with a status, newest first, created at `from` or later. */
  newest(workflow: string, status: number, before: Before, from: number, limit: number): Candidate[] {
    // Two ranges: SQLite would step through all that was created in the same millisecond to find the place in one.
    const same = this.#sql.rows<Candidate>(
      `SELECT ${COLUMNS} FROM runs WHERE workflow = ? AND status = ? AND created_at = ? AND run < ?
       ORDER BY run DESC LIMIT ?`,
      workflow,
      status,
      before.createdAt,
      before.run,
      before.createdAt >= from ? limit : 0,
    );
    if (same.length === limit) return same;
    const older = this.#sql.rows<Candidate>(
      `SELECT ${COLUMNS} FROM runs WHERE workflow = ? AND status = ? AND created_at < ? AND created_at >= ?
       ORDER BY created_at DESC, run DESC LIMIT ?`,
      workflow,
      status,
      before.createdAt,
      from,
      limit - same.length,
    );
    return [...same, ...older];
  }

  withId(workflow: string, id: string): Candidate | undefined {
    return this.#sql.first<Candidate>(`SELECT ${COLUMNS} FROM runs WHERE workflow = ? AND id = ?`, workflow, id);
  }

  /** Runs of a workflow whose ids begin with `prefix`, in order of id. */
  withPrefix(workflow: string, prefix: string, limit: number): Candidate[] {
    return this.#sql.rows<Candidate>(
      `SELECT ${COLUMNS} FROM runs WHERE workflow = ? AND id >= ? AND id < ? LIMIT ?`,
      workflow,
      prefix,
      // No id goes on with anything greater.
      `${prefix}\u{10FFFF}`,
      limit,
    );
  }

  summary(run: number): RunSummary | undefined {
    const head = headOfRun(this.#sql, run);
    return head && summaryOf(head, MAX_LISTED_MESSAGE);
  }
}
