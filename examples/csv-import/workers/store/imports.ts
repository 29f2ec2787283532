import type { Column, ImportSummary, Pace, Phase } from "../../protocol/import.ts";
import { type Hold, type Outcome, statusOf } from "../import/lifecycle.ts";

export interface Decision {
  approved: boolean;
  by: "person" | "timeout";
  at: number;
}

/** One import as it is recorded. Counts are not here: they are summed up from the batches. */
export interface ImportRecord {
  id: string;
  number: number;
  fileName: string;
  bytes: number;
  pieces: number;
  pace: Pace;
  askAbovePercent: number;
  phase: Phase;
  queued: boolean;
  hold: Hold;
  outcome: Outcome | null;
  error: string | null;
  columns: Column[];
  keyIndex: number | null;
  batchRows: number | null;
  decideBefore: number | null;
  decision: Decision | null;
  createdAt: number;
  /** Last time a piece of the file arrived. */
  touchedAt: number;
  endedAt: number | null;
  phaseTimes: Partial<Record<Phase, number>>;
}

type ImportRow = {
  id: string;
  number: number;
  file_name: string;
  bytes: number;
  pieces: number;
  pace: string;
  ask_above: number;
  phase: string;
  queued: number;
  hold: string;
  outcome: string | null;
  error: string | null;
  columns: string | null;
  key_index: number | null;
  batch_rows: number | null;
  decide_before: number | null;
  decision: string | null;
  created_at: number;
  touched_at: number;
  ended_at: number | null;
  phase_times: string;
};

export interface NewImport {
  id: string;
  fileName: string;
  bytes: number;
  pieces: number;
  pace: Pace;
  askAbovePercent: number;
  at: number;
}

/** The parts of a record that change after it was made. */
export type Changes = Partial<
  Pick<
    ImportRecord,
    | "phase"
    | "queued"
    | "hold"
    | "outcome"
    | "error"
    | "columns"
    | "keyIndex"
    | "batchRows"
    | "decideBefore"
    | "decision"
    | "touchedAt"
    | "endedAt"
    | "phaseTimes"
  >
>;

const columnOf: Record<keyof Changes, string> = {
  phase: "phase",
  queued: "queued",
  hold: "hold",
  outcome: "outcome",
  error: "error",
  columns: "columns",
  keyIndex: "key_index",
  batchRows: "batch_rows",
  decideBefore: "decide_before",
  decision: "decision",
  touchedAt: "touched_at",
  endedAt: "ended_at",
  phaseTimes: "phase_times",
};

export class ImportTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(entry: NewImport): ImportRecord {
    this.#sql.exec(
      `INSERT INTO imports (id, number, file_name, bytes, pieces, pace, ask_above, phase, created_at, touched_at, phase_times)
       VALUES (?, (SELECT COALESCE(MAX(number), 0) + 1 FROM imports), ?, ?, ?, ?, ?, 'upload', ?, ?, ?)`,
      entry.id,
      entry.fileName,
      entry.bytes,
      entry.pieces,
      entry.pace,
      entry.askAbovePercent,
      entry.at,
      entry.at,
      JSON.stringify({ upload: entry.at }),
    );
    const record = this.get(entry.id);
    if (record === null) throw new Error(`Import ${entry.id} was not recorded`);
    return record;
  }

  get(id: string): ImportRecord | null {
    const [row] = this.#sql.exec<ImportRow>("SELECT * FROM imports WHERE id = ?", id).toArray();
    return row === undefined ? null : toRecord(row);
  }

  /** The import that is under way. There is at most one in a workspace. */
  open(): ImportRecord | null {
    const [row] = this.#sql
      .exec<ImportRow>("SELECT * FROM imports WHERE outcome IS NULL ORDER BY number DESC LIMIT 1")
      .toArray();
    return row === undefined ? null : toRecord(row);
  }

  newest(): ImportRecord | null {
    const [row] = this.#sql.exec<ImportRow>("SELECT * FROM imports ORDER BY number DESC LIMIT 1").toArray();
    return row === undefined ? null : toRecord(row);
  }

  change(id: string, changes: Changes): void {
    const names: string[] = [];
    const values: (string | number | null)[] = [];
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined) continue;
      names.push(`${columnOf[key as keyof Changes]} = ?`);
      values.push(
        typeof value === "boolean"
          ? Number(value)
          : typeof value === "object" && value !== null
            ? JSON.stringify(value)
            : value,
      );
    }
    if (names.length > 0) this.#sql.exec(`UPDATE imports SET ${names.join(", ")} WHERE id = ?`, ...values, id);
  }

  count(): number {
    return this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM imports").one().n;
  }

  /** Newest first, those before the given number. */
  summaries(limit: number, beforeNumber = Number.MAX_SAFE_INTEGER): ImportSummary[] {
    const rows = this.#sql.exec<ImportRow & { found: number; loaded: number; bad: number }>(
      `SELECT imports.*,
         (SELECT COALESCE(SUM(rows), 0) FROM batches WHERE import_id = id AND phase = 'parse') AS found,
         (SELECT COALESCE(SUM(rows), 0) FROM batches WHERE import_id = id AND phase = 'load') AS loaded,
         (SELECT COALESCE(SUM(bad), 0) FROM batches WHERE import_id = id AND phase = 'check') AS bad
       FROM imports WHERE number < ? ORDER BY number DESC LIMIT ?`,
      beforeNumber,
      limit,
    );
    return rows.toArray().map((row) => {
      const record = toRecord(row);
      return {
        id: record.id,
        number: record.number,
        fileName: record.fileName,
        bytes: record.bytes,
        status: statusOf(factsOf(record)),
        createdAt: record.createdAt,
        endedAt: record.endedAt,
        rows: row.found,
        loaded: row.loaded,
        bad: row.bad,
      };
    });
  }
}

export function factsOf(record: ImportRecord) {
  const undecided = record.phase === "approve" && record.decideBefore !== null && record.decision === null;
  return { phase: record.phase, queued: record.queued, hold: record.hold, outcome: record.outcome, undecided };
}

// What stands in these columns was written by this file.
function toRecord(row: ImportRow): ImportRecord {
  return {
    id: row.id,
    number: row.number,
    fileName: row.file_name,
    bytes: row.bytes,
    pieces: row.pieces,
    pace: row.pace as Pace,
    askAbovePercent: row.ask_above,
    phase: row.phase as Phase,
    queued: row.queued === 1,
    hold: row.hold as Hold,
    outcome: row.outcome as Outcome | null,
    error: row.error,
    columns: row.columns === null ? [] : (JSON.parse(row.columns) as Column[]),
    keyIndex: row.key_index,
    batchRows: row.batch_rows,
    decideBefore: row.decide_before,
    decision: row.decision === null ? null : (JSON.parse(row.decision) as Decision),
    createdAt: row.created_at,
    touchedAt: row.touched_at,
    endedAt: row.ended_at,
    phaseTimes: JSON.parse(row.phase_times) as Partial<Record<Phase, number>>,
  };
}
