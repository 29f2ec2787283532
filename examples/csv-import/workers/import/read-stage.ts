import { type Column, limits } from "../../protocol/import.ts";
import { decodePiece, startDecoder } from "../csv/decode.ts";
import {
  type Tally,
  addToTally,
  emptyTally,
  inferColumn,
  keyCandidates,
  keyDistinctShare,
  mergeTallies,
} from "../csv/infer.ts";
import { type RawRow, takeRows } from "../csv/records.ts";
import { type Encoding, nameColumns, sniff, sniffDelimiter } from "../csv/sniff.ts";
import type { BatchTable } from "../store/batches.ts";
import type { FilePieces } from "../store/file-pieces.ts";
import type { ImportRecord } from "../store/imports.ts";
import { batchRowsFor } from "./batch-rows.ts";

/** Where reading stands between two pieces. */
type ReadingRow = {
  next_piece: number;
  encoding: Encoding;
  ascii: number;
  carry: ArrayBuffer;
  delimiter: string;
  header: string | null;
  rest: string;
  line: number;
  rows: number;
};

export interface ReadStores {
  sql: SqlStorage;
  pieces: FilePieces;
  batches: BatchTable;
}

/**
 * Reads piece `n` of the file into staged rows. Call it inside a transaction, in the order of the pieces.
 * Returns what is wrong with the file as a whole, in words for a person, or null.
 */
export function readPiece({ sql, pieces, batches }: ReadStores, record: ImportRecord, n: number): string | null {
  if (batches.has(record.id, "parse", n)) return null;
  const piece = pieces.get(record.id, n);
  const isLast = n === record.pieces - 1;
  const before = n === 0 ? null : loadReading(sql, record.id);
  if (before !== null && before.next_piece !== n) throw new Error(`Piece ${n} came before piece ${before.next_piece}`);

  const sniffed = before === null ? sniff(piece) : null;
  if (sniffed?.text === false) return sniffed.reason;
  const decoder = sniffed
    ? startDecoder(sniffed.encoding)
    : { encoding: before?.encoding ?? "utf-8", carry: new Uint8Array(before?.carry ?? []), ascii: before?.ascii === 1 };
  const decoded = decodePiece(decoder, piece.subarray(sniffed?.skipBytes ?? 0), isLast);

  const delimiter = before?.delimiter ?? sniffDelimiter(decoded.text.replace(/\r\n?/g, "\n"));
  let header = before?.header ? (JSON.parse(before.header) as string[]) : null;
  const taken = takeRows(
    { delimiter, width: header?.length ?? null, rest: before?.rest ?? "", line: before?.line ?? 1 },
    decoded.text,
    isLast,
  );
  let rows = taken.rows;
  if (header === null && rows[0] !== undefined) {
    header = nameColumns(rows[0].cells);
    rows = rows.slice(1);
  }
  if (header !== null && header.length > limits.columns) {
    return `This file has ${header.length} columns; at most ${limits.columns} can be imported. Take out those you do not need.`;
  }

  const firstRow = before?.rows ?? 0;
  const total = firstRow + rows.length;
  if (total > limits.rows) {
    return `This file has more than ${limits.rows.toLocaleString("en")} rows. Split it and import the parts one by one.`;
  }
  if (isLast && header === null) return "This file holds nothing but empty lines.";
  if (isLast && total === 0) return "This file has a header and no rows below it.";

  stage(sql, record.id, rows, firstRow);
  saveTallies(sql, record.id, n, rows, header?.length ?? 0);
  sql.exec(
    `INSERT OR REPLACE INTO reading (import_id, next_piece, encoding, ascii, carry, delimiter, header, rest, line, rows)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    record.id,
    n + 1,
    decoded.state.encoding,
    Number(decoded.state.ascii),
    new Uint8Array(decoded.state.carry).buffer,
    delimiter,
    header === null ? null : JSON.stringify(header),
    taken.rest,
    taken.line,
    total,
  );
  batches.add(record.id, "parse", n, { rows: rows.length, good: 0, bad: 0, tidied: 0 });
  return null;
}

export interface Inferred {
  columns: Column[];
  keyIndex: number | null;
  rows: number;
  batchRows: number;
}

/** Types, required columns and the key, from all that was read. The same answer however often it is asked. */
export function inferColumns(sql: SqlStorage, importId: string): Inferred {
  const reading = loadReading(sql, importId);
  const names = JSON.parse(reading.header ?? "[]") as string[];
  const tallies = names.map(emptyTally);
  const perPiece = sql.exec<{ tallies: string }>("SELECT tallies FROM tallies WHERE import_id = ?", importId);
  for (const row of perPiece) {
    (JSON.parse(row.tallies) as Tally[]).forEach((tally, i) => {
      tallies[i] = mergeTallies(tallies[i] ?? emptyTally(), tally);
    });
  }
  const columns = names.map((name, i) => inferColumn(name, tallies[i] ?? emptyTally()));
  const keyIndex = keyCandidates(columns).find((index) => isNearlyDistinct(sql, importId, index)) ?? null;
  return { columns, keyIndex, rows: reading.rows, batchRows: batchRowsFor(reading.rows) };
}

function isNearlyDistinct(sql: SqlStorage, importId: string, column: number): boolean {
  const { filled, different } = sql
    .exec<{ filled: number; different: number }>(
      `SELECT COUNT(value) AS filled, COUNT(DISTINCT value) AS different
       FROM (SELECT json_extract(cells, ?) AS value FROM staged WHERE import_id = ? AND broken = 0)
       WHERE value <> ''`,
      `$[${column}]`,
      importId,
    )
    .one();
  return filled > 0 && different / filled >= keyDistinctShare;
}

function loadReading(sql: SqlStorage, importId: string): ReadingRow {
  return sql.exec<ReadingRow>("SELECT * FROM reading WHERE import_id = ?", importId).one();
}

function stage(sql: SqlStorage, importId: string, rows: readonly RawRow[], first: number): void {
  rows.forEach((row, i) => {
    sql.exec(
      "INSERT INTO staged (import_id, n, line, broken, cells) VALUES (?, ?, ?, ?, ?)",
      importId,
      first + i,
      row.line,
      Number(row.broken),
      JSON.stringify(row.cells),
    );
  });
}

function saveTallies(sql: SqlStorage, importId: string, piece: number, rows: readonly RawRow[], width: number): void {
  const tallies = Array.from({ length: width }, emptyTally);
  for (const row of rows) {
    // A row that has lost its shape says nothing about the columns.
    if (row.broken || row.cells.length < width) continue;
    tallies.forEach((tally, i) => addToTally(tally, row.cells[i] ?? ""));
  }
  const insert = "INSERT INTO tallies (import_id, piece, tallies) VALUES (?, ?, ?)";
  sql.exec(insert, importId, piece, JSON.stringify(tallies));
}
