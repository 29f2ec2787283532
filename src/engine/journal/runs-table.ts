import { type Mark, timeOf } from "./marks.ts";
import type { Retention } from "../base/retention.ts";
import { STATUS } from "../base/status.ts";
import { cloneKey, type Encoded, writeClone } from "./value-store.ts";

/** A row of `runs`. A type alias: workerd's SQL types want an index signature, which interfaces lack. */
export type RunRow = {
  run: number;
  workflow: string;
  id: string;
  status: number;
  live: number;
  created_at: number;
  started: Mark;
  ended: Mark | null;
  paused_at: number | null;
  payload_form: number;
  payload: string | null;
  output_form: number;
  output: string | null;
  error: string | null;
  rollback: string | null;
  token: string | null;
  success_retention_ms: number | null;
  error_retention_ms: number | null;
  purge_at: number | null;
  queue: number | null;
  begun: Mark | null;
  bytes: number;
};

export interface NewRun {
  workflow: string;
  id: string;
  /** Its place in line; `null` for a run that begins at once. */
  queue: number | null;
  now: number;
  started: Mark;
  payload: Encoded;
  token: string | null;
  retention: Retention;
}

/**
 * The `runs` table of one shard: each method is one statement, and the caller chooses the transaction. A value in V8's
 * form is written before the row that points at it, so that no row ever points at nothing.
 */
export class RunsTable {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  /** Inserts a run that executes or is in line; its number, or `undefined` when the id is taken. */
  insert({ workflow, id, queue, now, started, payload, token, retention }: NewRun): number | undefined {
    const inserted = this.#sql
      .exec<{ run: number }>(
        `INSERT INTO runs (workflow, id, status, live, queue, begun, created_at, started, payload_form, payload, token,
           success_retention_ms, error_retention_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING run`,
        workflow,
        id,
        queue === null ? STATUS.running : STATUS.queued,
        queue === null ? 1 : 0,
        queue,
        queue === null ? null : 0,
        now,
        started,
        payload.form,
        payload.text,
        token,
        retention.successRetentionMs ?? null,
        retention.errorRetentionMs ?? null,
      )
      .toArray()[0];
    if (inserted === undefined) return undefined;
    writeClone(this.#storage, cloneKey.payload(inserted.run), payload);
    return inserted.run;
  }

  find(workflow: string, id: string): RunRow | undefined {
    return this.#sql.exec<RunRow>("SELECT * FROM runs WHERE workflow = ? AND id = ?", workflow, id).toArray()[0];
  }

  get(run: number): RunRow | undefined {
    return this.#sql.exec<RunRow>("SELECT * FROM runs WHERE run = ?", run).toArray()[0];
  }

  /** Runs that must be executing: by workflow, each oldest first, after a place in that order. */
  live(after: Pick<RunRow, "workflow" | "run">, limit: number): RunRow[] {
    return this.#sql
      .exec<RunRow>(
        "SELECT * FROM runs WHERE live = 1 AND (workflow, run) > (?, ?) ORDER BY workflow, run LIMIT ?",
        after.workflow,
        after.run,
        limit,
      )
      .toArray();
  }

  /** How many runs of a workflow execute. Costs as much as there are. */
  countLive(workflow: string): number {
    return this.#sql
      .exec<{ n: number }>("SELECT count(*) AS n FROM runs WHERE live = 1 AND workflow = ?", workflow)
      .one().n;
  }

  /** The next in line, first the first. */
  inLine(workflow: string, limit: number): RunRow[] {
    return this.#sql
      .exec<RunRow>(
        "SELECT * FROM runs WHERE workflow = ? AND queue IS NOT NULL ORDER BY queue LIMIT ?",
        workflow,
        limit,
      )
      .toArray();
  }

  /** The place of whoever is next in line. */
  headOfLine(workflow: string): number | null {
    return this.#sql
      .exec<{ head: number | null }>(
        "SELECT min(queue) AS head FROM runs WHERE workflow = ? AND queue IS NOT NULL",
        workflow,
      )
      .one().head;
  }

  hasLine(): boolean {
    return this.#sql.exec("SELECT 1 FROM runs WHERE queue IS NOT NULL LIMIT 1").toArray().length > 0;
  }

  enqueue(run: number, queue: number): void {
    this.#sql.exec(
      "UPDATE runs SET status = ?, live = 0, paused_at = NULL, queue = ? WHERE run = ?",
      STATUS.queued,
      queue,
      run,
    );
  }

  /** Executing from here on, whatever it waited for before. */
  setRunning(run: number): void {
    this.#sql.exec(
      "UPDATE runs SET status = ?, live = 1, paused_at = NULL, queue = NULL WHERE run = ?",
      STATUS.running,
      run,
    );
  }

  addBytes(run: number, bytes: number): void {
    this.#sql.exec("UPDATE runs SET bytes = bytes + ? WHERE run = ?", bytes, run);
  }

  setBegun(run: number, begun: Mark): void {
    this.#sql.exec("UPDATE runs SET begun = ? WHERE run = ?", begun, run);
  }

  setStatus(run: number, status: number, live: boolean, pausedAt: number | null): void {
    this.#sql.exec(
      "UPDATE runs SET status = ?, live = ?, queue = NULL, paused_at = ? WHERE run = ?",
      status,
      live ? 1 : 0,
      pausedAt,
      run,
    );
  }

  complete(run: number, status: number, ended: Mark, retentionMs: number, output: Encoded): void {
    writeClone(this.#storage, cloneKey.output(run), output);
    this.#sql.exec(
      `UPDATE runs SET status = ?, live = 0, ended = ?, purge_at = ? + COALESCE(success_retention_ms, ?),
         output_form = ?, output = ? WHERE run = ?`,
      status,
      ended,
      timeOf(ended),
      retentionMs,
      output.form,
      output.text,
      run,
    );
  }

  end(run: number, status: number, ended: Mark, retentionMs: number, error: string | null, token: string | null): void {
    this.#sql.exec(
      `UPDATE runs SET status = ?, live = 0, queue = NULL, ended = ?, paused_at = NULL, purge_at = ? + COALESCE(error_retention_ms, ?),
         error = ?, token = COALESCE(?, token) WHERE run = ?`,
      status,
      ended,
      timeOf(ended),
      retentionMs,
      error,
      token,
      run,
    );
  }

  /** Runs whose retention has passed. */
  expired(now: number, limit: number): RunRow[] {
    return this.#sql
      .exec<RunRow>(
        "SELECT * FROM runs WHERE purge_at IS NOT NULL AND purge_at <= ? ORDER BY purge_at LIMIT ?",
        now,
        limit,
      )
      .toArray();
  }

  nextPurgeAt(): number | null {
    return this.#sql
      .exec<{ at: number | null }>("SELECT min(purge_at) AS at FROM runs WHERE purge_at IS NOT NULL")
      .one().at;
  }

  remove(run: number): void {
    this.#storage.kv.delete(cloneKey.payload(run));
    this.#storage.kv.delete(cloneKey.output(run));
    this.#sql.exec("DELETE FROM runs WHERE run = ?", run);
  }

  setRollback(run: number, status: number, rollback: string): void {
    this.#sql.exec(
      "UPDATE runs SET status = ?, live = 1, queue = NULL, paused_at = NULL, rollback = ? WHERE run = ?",
      status,
      rollback,
      run,
    );
  }

  recordRollback(run: number, rollback: string): void {
    this.#sql.exec("UPDATE runs SET rollback = ? WHERE run = ?", rollback, run);
  }

  /** Back to the beginning, to be executed or queued next: same id, payload and time of creation (spec §4.7). */
  restart(run: number, started: Mark, begun: Mark | null, bytes: number): void {
    this.#storage.kv.delete(cloneKey.output(run));
    this.#sql.exec(
      `UPDATE runs SET started = ?, begun = ?, bytes = ?, ended = NULL, purge_at = NULL, output_form = 0, output = NULL,
         error = NULL, rollback = NULL WHERE run = ?`,
      started,
      begun,
      bytes,
      run,
    );
  }
}
