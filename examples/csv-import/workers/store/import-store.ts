import type { ImportDetails, Phase } from "../../protocol/import.ts";
import { BatchTable } from "./batches.ts";
import { FilePieces } from "./file-pieces.ts";
import { type ImportRecord, ImportTable, keyColumnOf } from "./imports.ts";
import { ResultPages } from "./pages.ts";
import { createTables } from "./tables.ts";

/** The tables of one workspace. */
export class ImportStore {
  readonly sql: SqlStorage;
  readonly imports: ImportTable;
  readonly pieces: FilePieces;
  readonly batches: BatchTable;
  readonly pages: ResultPages;

  constructor(sql: SqlStorage) {
    createTables(sql);
    this.sql = sql;
    this.imports = new ImportTable(sql);
    this.pieces = new FilePieces(sql);
    this.batches = new BatchTable(sql);
    this.pages = new ResultPages(sql);
  }

  enter(record: ImportRecord, phase: Phase): void {
    if (record.phase === phase) return;
    this.imports.change(record.id, { phase, phaseTimes: { ...record.phaseTimes, [phase]: Date.now() } });
  }

  /** Made anew from the tables each time: there is no second truth to keep in step. */
  details(record: ImportRecord): ImportDetails {
    const { piecesParsed, ...rows } = this.batches.totals(record.id);
    const received = record.phase === "upload" ? this.pieces.received(record.id) : record.pieces;
    return {
      id: record.id,
      fileName: record.fileName,
      bytes: record.bytes,
      pace: record.pace,
      askAbovePercent: record.askAbovePercent,
      phase: record.phase,
      pieces: { total: record.pieces, received, parsed: piecesParsed },
      rows,
      faults: this.batches.faults(record.id),
      columns: record.columns.length,
      keyColumn: keyColumnOf(record),
      createdAt: record.createdAt,
      phaseStartedAt: record.phaseTimes,
      decision: record.decision,
      problem: record.problem,
    };
  }
}
