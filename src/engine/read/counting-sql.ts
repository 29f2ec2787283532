/** Queries of one answer, which can then say how many rows it has cost. */
export class CountingSql {
  readonly #sql: SqlStorage;
  rowsRead = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  rows<T extends Record<string, SqlStorageValue>>(query: string, ...bindings: SqlStorageValue[]): T[] {
    const cursor = this.#sql.exec<T>(query, ...bindings);
    const rows = cursor.toArray();
    this.rowsRead += cursor.rowsRead;
    return rows;
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as `SqlStorage.exec` has it
  first<T extends Record<string, SqlStorageValue>>(query: string, ...bindings: SqlStorageValue[]): T | undefined {
    return this.rows<T>(query, ...bindings)[0];
  }
}
