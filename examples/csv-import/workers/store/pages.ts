import type {
  ColumnReport,
  Fault,
  FaultExample,
  FaultKind,
  LoadedRow,
  RejectedRow,
  RowPage,
  Value,
} from "../../protocol/import.ts";

/** Reading what an import has left behind, a page at a time. `offset` counts rows from 0. */
export class ResultPages {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  loaded(importId: string, offset: number, limit: number): RowPage<LoadedRow> {
    const rows = this.#sql
      .exec<{ n: number; line: number; cells: string }>(
        "SELECT n, line, cells FROM loaded WHERE import_id = ? ORDER BY n LIMIT ? OFFSET ?",
        importId,
        limit,
        offset,
      )
      .toArray();
    return {
      rows: rows.map(({ n, line, cells }) => ({ n, line, values: JSON.parse(cells) as Value[] })),
      total: this.#count("loaded", importId),
    };
  }

  rejected(importId: string, offset: number, limit: number): RowPage<RejectedRow> {
    const rows = this.#sql
      .exec<{ n: number; line: number; cells: string; faults: string }>(
        "SELECT n, line, cells, faults FROM rejected WHERE import_id = ? ORDER BY n LIMIT ? OFFSET ?",
        importId,
        limit,
        offset,
      )
      .toArray();
    return { rows: rows.map(toRejected), total: this.#count("rejected", importId) };
  }

  /** The next rows after row `after`, for downloads: stays fast however far into the table it is. */
  loadedAfter(importId: string, after: number, limit: number): LoadedRow[] {
    return this.#sql
      .exec<{ n: number; line: number; cells: string }>(
        "SELECT n, line, cells FROM loaded WHERE import_id = ? AND n > ? ORDER BY n LIMIT ?",
        importId,
        after,
        limit,
      )
      .toArray()
      .map(({ n, line, cells }) => ({ n, line, values: JSON.parse(cells) as Value[] }));
  }

  rejectedAfter(importId: string, after: number, limit: number): RejectedRow[] {
    return this.#sql
      .exec<{ n: number; line: number; cells: string; faults: string }>(
        "SELECT n, line, cells, faults FROM rejected WHERE import_id = ? AND n > ? ORDER BY n LIMIT ?",
        importId,
        after,
        limit,
      )
      .toArray()
      .map(toRejected);
  }

  /** One example of each kind of fault: the first in the file. */
  examples(importId: string, kinds: readonly FaultKind[]): FaultExample[] {
    const examples: FaultExample[] = [];
    for (const kind of kinds) {
      const [row] = this.#sql
        .exec<{ n: number; line: number; cells: string; faults: string }>(
          `SELECT n, line, cells, faults FROM rejected WHERE import_id = ?
             AND EXISTS (SELECT 1 FROM json_each(faults) WHERE json_extract(value, '$.kind') = ?)
           ORDER BY n LIMIT 1`,
          importId,
          kind,
        )
        .toArray();
      const fault = row === undefined ? undefined : toRejected(row).faults.find((fault) => fault.kind === kind);
      if (row !== undefined && fault !== undefined) {
        const message = fault.column === null ? fault.message : `${fault.column}: ${fault.message}`;
        examples.push({ kind, line: row.line, message });
      }
    }
    return examples;
  }

  statistics(importId: string): ColumnReport[] {
    return this.#sql
      .exec<{ report: string }>("SELECT report FROM statistics WHERE import_id = ? ORDER BY column_index", importId)
      .toArray()
      .map(({ report }) => JSON.parse(report) as ColumnReport);
  }

  #count(table: "loaded" | "rejected", importId: string): number {
    const query = `SELECT COUNT(*) AS n FROM ${table} WHERE import_id = ?`;
    return this.#sql.exec<{ n: number }>(query, importId).one().n;
  }
}

function toRejected(row: { n: number; line: number; cells: string; faults: string }): RejectedRow {
  return {
    n: row.n,
    line: row.line,
    cells: JSON.parse(row.cells) as string[],
    faults: JSON.parse(row.faults) as Fault[],
  };
}
