import { firstKey } from "./steps-table.ts";

/** Bytes of results that are streams, in pieces, by step. */
export class ChunksTable {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
  }

  add(step: number, piece: number, bytes: Uint8Array): void {
    this.#sql.exec("INSERT INTO chunks (step, piece, bytes) VALUES (?, ?, ?)", step, piece, bytes);
  }

  read(step: number, piece: number): Uint8Array | undefined {
    const row = this.#sql
      .exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM chunks WHERE step = ? AND piece = ?", step, piece)
      .toArray()[0];
    return row && new Uint8Array(row.bytes);
  }

  count(step: number): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM chunks WHERE step = ?", step).one().n;
  }

  /** Of all streams of a run. */
  bytesOf(run: number): number {
    return this.#sql
      .exec<{ bytes: number }>(
        "SELECT COALESCE(sum(length(bytes)), 0) AS bytes FROM chunks WHERE step >= ? AND step < ?",
        firstKey(run),
        firstKey(run + 1),
      )
      .one().bytes;
  }

  remove(fromStep: number, beforeStep: number): void {
    this.#sql.exec("DELETE FROM chunks WHERE step >= ? AND step < ?", fromStep, beforeStep);
  }
}
