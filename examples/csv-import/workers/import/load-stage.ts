import type { ColumnReport, Value } from "../../protocol/import.ts";
import type { BatchTable } from "../store/batches.ts";
import type { ImportRecord } from "../store/imports.ts";
import { batchRange } from "./check-stage.ts";

/** Moves the good rows of one batch into the table of loaded rows. Call it inside a transaction. */
export function loadBatch(sql: SqlStorage, batches: BatchTable, record: ImportRecord, n: number): void {
  if (batches.has(record.id, "load", n)) return;
  const { from, to } = batchRange(record, n);
  const good = "FROM staged WHERE import_id = ? AND n >= ? AND n < ? AND checked IS NOT NULL";
  sql.exec(
    `INSERT OR IGNORE INTO loaded (import_id, n, line, cells) SELECT import_id, n, line, checked ${good}`,
    record.id,
    from,
    to,
  );
  const { rows } = sql.exec<{ rows: number }>(`SELECT COUNT(*) AS rows ${good}`, record.id, from, to).one();
  batches.add(record.id, "load", n, { rows, good: rows, bad: 0, tidied: 0 });
}

/** The last look before an import counts as complete: what the ledger says against what is in the table. */
export function countLoaded(sql: SqlStorage, importId: string): number {
  return sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM loaded WHERE import_id = ?", importId).one().n;
}

const topValues = 5;

/** Statistics of one column over the loaded rows. Doing it again writes the same. */
export function describeColumn(sql: SqlStorage, record: ImportRecord, index: number): void {
  const column = record.columns[index];
  if (column === undefined) throw new Error(`Import ${record.id} has no column ${index}`);
  const values = "(SELECT json_extract(cells, ?) AS value FROM loaded WHERE import_id = ?)";
  const measure = column.type === "text" || column.type === "email" ? "LENGTH(value)" : "value";
  const isNumber = column.type === "integer" || column.type === "decimal";
  const row = sql
    .exec<{
      rows: number;
      filled: number;
      different: number;
      least: number | string | null;
      greatest: number | string | null;
      mean: number | null;
    }>(
      `SELECT COUNT(*) AS rows, COUNT(value) AS filled, COUNT(DISTINCT value) AS different,
         MIN(${measure}) AS least, MAX(${measure}) AS greatest, ${isNumber ? "AVG(value)" : "NULL"} AS mean
       FROM ${values}`,
      `$[${index}]`,
      record.id,
    )
    .one();
  const top = sql
    .exec<{ value: string | number; count: number }>(
      `SELECT value, COUNT(*) AS count FROM ${values} WHERE value IS NOT NULL
       GROUP BY value ORDER BY count DESC, value LIMIT ${topValues}`,
      `$[${index}]`,
      record.id,
    )
    .toArray();
  const report: ColumnReport = {
    name: column.name,
    type: column.type,
    required: column.required,
    rows: row.rows,
    filled: row.filled,
    distinct: row.different,
    min: column.type === "boolean" ? null : row.least,
    max: column.type === "boolean" ? null : row.greatest,
    mean: row.mean,
    top: top.map(({ value, count }) => ({ value: show(column.type === "boolean" ? value === 1 : value), count })),
  };
  const insert = "INSERT OR REPLACE INTO statistics (import_id, column_index, report) VALUES (?, ?, ?)";
  sql.exec(insert, record.id, index, JSON.stringify(report));
}

function show(value: Value): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  const text = String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
