import type { FaultKind } from "../../protocol/import.ts";
import { checkRow, duplicateFault, rowKey } from "../csv/check.ts";
import type { BatchTable } from "../store/batches.ts";
import { type ImportRecord, keyColumnOf } from "../store/imports.ts";

type StagedRow = { n: number; line: number; broken: number; cells: string };

/** Rows of batch `n`: from, up to but not including. */
export function batchRange(record: ImportRecord, n: number): { from: number; to: number } {
  const size = record.batchRows;
  if (size === null) throw new Error(`Import ${record.id} has no batches yet`);
  return { from: n * size, to: (n + 1) * size };
}

/**
 * Checks one batch of staged rows and sorts them into good and rejected. Call it inside a transaction, batch after
 * batch: of two rows with the same key the one on the earlier line wins.
 */
export function checkBatch(sql: SqlStorage, batches: BatchTable, record: ImportRecord, n: number): void {
  if (batches.has(record.id, "check", n)) return;
  const { from, to } = batchRange(record, n);
  const keyColumn = keyColumnOf(record);
  const rows = sql
    .exec<StagedRow>(
      "SELECT n, line, broken, cells FROM staged WHERE import_id = ? AND n >= ? AND n < ? ORDER BY n",
      record.id,
      from,
      to,
    )
    .toArray();

  const counts = { rows: rows.length, good: 0, bad: 0, tidied: 0 };
  const rowsByKind = new Map<FaultKind, number>();
  for (const row of rows) {
    const cells = JSON.parse(row.cells) as string[];
    let verdict = checkRow(cells, row.broken === 1, record.columns);
    if (verdict.good) {
      const key = rowKey(verdict.values, record.keyIndex);
      const firstLine = remember(sql, record.id, key, row.line);
      if (firstLine !== null) verdict = { good: false, faults: [duplicateFault(keyColumn, key, firstLine)] };
    }
    if (verdict.good) {
      counts.good++;
      if (verdict.tidied) counts.tidied++;
      const update = "UPDATE staged SET checked = ? WHERE import_id = ? AND n = ?";
      sql.exec(update, JSON.stringify(verdict.values), record.id, row.n);
    } else {
      counts.bad++;
      for (const kind of new Set(verdict.faults.map((fault) => fault.kind))) {
        rowsByKind.set(kind, (rowsByKind.get(kind) ?? 0) + 1);
      }
      sql.exec(
        "INSERT INTO rejected (import_id, n, line, cells, faults) VALUES (?, ?, ?, ?, ?)",
        record.id,
        row.n,
        row.line,
        row.cells,
        JSON.stringify(verdict.faults),
      );
    }
  }
  batches.addFaults(record.id, n, rowsByKind);
  batches.add(record.id, "check", n, counts);
}

/** Line on which the key stood first, or null when this is the first time. */
function remember(sql: SqlStorage, importId: string, key: string, line: number): number | null {
  const query = "SELECT line FROM seen WHERE import_id = ? AND row_key = ?";
  const [earlier] = sql.exec<{ line: number }>(query, importId, key).toArray();
  if (earlier !== undefined) return earlier.line;
  sql.exec("INSERT INTO seen (import_id, row_key, line) VALUES (?, ?, ?)", importId, key, line);
  return null;
}
