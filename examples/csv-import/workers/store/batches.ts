import { type FaultKind, faultKinds } from "../../protocol/import.ts";

export type BatchPhase = "parse" | "check" | "load";

export interface BatchCounts {
  rows: number;
  good: number;
  bad: number;
  tidied: number;
}

export interface Totals {
  piecesParsed: number;
  found: number;
  checked: number;
  good: number;
  bad: number;
  tidied: number;
  loaded: number;
}

/**
 * The ledger of finished batches. Whoever does a batch asks `has` first and calls `add` in the same transaction as
 * the work, so a step that the engine repeats changes nothing.
 */
export class BatchTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  has(importId: string, phase: BatchPhase, n: number): boolean {
    const query = "SELECT 1 AS one FROM batches WHERE import_id = ? AND phase = ? AND n = ?";
    return this.#sql.exec(query, importId, phase, n).toArray().length > 0;
  }

  add(importId: string, phase: BatchPhase, n: number, counts: BatchCounts): void {
    this.#sql.exec(
      "INSERT INTO batches (import_id, phase, n, rows, good, bad, tidied, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      importId,
      phase,
      n,
      counts.rows,
      counts.good,
      counts.bad,
      counts.tidied,
      Date.now(),
    );
  }

  totals(importId: string): Totals {
    const totals: Totals = {
      piecesParsed: 0,
      found: 0,
      checked: 0,
      good: 0,
      bad: 0,
      tidied: 0,
      loaded: 0,
    };
    const phases = this.#sql.exec<{ phase: BatchPhase; batches: number } & { [K in keyof BatchCounts]: number }>(
      `SELECT phase, COUNT(*) AS batches, SUM(rows) AS rows, SUM(good) AS good, SUM(bad) AS bad, SUM(tidied) AS tidied
       FROM batches WHERE import_id = ? GROUP BY phase`,
      importId,
    );
    for (const row of phases) {
      if (row.phase === "parse") {
        totals.piecesParsed = row.batches;
        totals.found = row.rows;
      } else if (row.phase === "check") {
        totals.checked = row.rows;
        totals.good = row.good;
        totals.bad = row.bad;
        totals.tidied = row.tidied;
      } else totals.loaded = row.rows;
    }
    return totals;
  }

  addFaults(importId: string, batch: number, rowsByKind: ReadonlyMap<FaultKind, number>): void {
    for (const [kind, rows] of rowsByKind) {
      const insert = "INSERT INTO fault_counts (import_id, batch, kind, rows) VALUES (?, ?, ?, ?)";
      this.#sql.exec(insert, importId, batch, kind, rows);
    }
  }

  /** How many rows show each kind of fault; a row with two faults counts for both. */
  faults(importId: string): Partial<Record<FaultKind, number>> {
    const counted = new Map<string, number>();
    const query = "SELECT kind, SUM(rows) AS rows FROM fault_counts WHERE import_id = ? GROUP BY kind";
    for (const { kind, rows } of this.#sql.exec<{ kind: string; rows: number }>(query, importId))
      counted.set(kind, rows);
    const faults: Partial<Record<FaultKind, number>> = {};
    for (const kind of faultKinds) {
      const rows = counted.get(kind);
      if (rows !== undefined) faults[kind] = rows;
    }
    return faults;
  }
}
