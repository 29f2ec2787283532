/** The uploaded file, in the pieces in which it came. */
export class FilePieces {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The same piece may come twice: a browser sends it again when the answer got lost. */
  put(importId: string, n: number, bytes: ArrayBuffer): void {
    this.#sql.exec("INSERT OR REPLACE INTO pieces (import_id, n, bytes) VALUES (?, ?, ?)", importId, n, bytes);
  }

  received(importId: string): number {
    return this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM pieces WHERE import_id = ?", importId).one().n;
  }

  get(importId: string, n: number): Uint8Array {
    const [row] = this.#sql
      .exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM pieces WHERE import_id = ? AND n = ?", importId, n)
      .toArray();
    if (row === undefined) throw new Error(`Piece ${n} of import ${importId} is missing`);
    return new Uint8Array(row.bytes);
  }
}
