import { limits } from "../../protocol/import.ts";
import { scanRow } from "./scan-row.ts";

export interface RawRow {
  /** Line of the file on which the row begins, from 1. */
  line: number;
  cells: string[];
  /** The quotes do not make sense; `cells` is the best that could be made of the line. */
  broken: boolean;
}

export interface RecordReader {
  delimiter: string;
  /** How many cells a row should have; null until the header is known. */
  width: number | null;
  /** Text that belongs to a row whose end has not come yet. */
  rest: string;
  /** Line on which `rest` begins, from 1. */
  line: number;
}

/**
 * No honest row is longer. A quote that is opened and never closed would otherwise swallow the rest of the file,
 * and `rest` is stored between two pieces.
 */
export const maxRowLength = 64 * 1024;

/**
 * Takes the complete rows out of `reader.rest + text`. Pieces may be cut anywhere; with `isLast` the remainder is a
 * row as well. Empty rows are skipped. Line ends may be LF, CRLF or CR, mixed too.
 *
 * A row with stray quotes, one that runs over several lines and has the wrong width, and one that is longer than
 * `maxRowLength` are given up after their first line, and reading goes on with the next one: a forgotten quote costs
 * one row. The work stays in proportion to the text whatever stands in it.
 */
export function takeRows(
  reader: RecordReader,
  text: string,
  isLast: boolean,
  scan = scanRow,
): { rows: RawRow[]; rest: string; line: number } {
  const joined = reader.rest + text;
  // The LF of a CRLF may be in the next piece.
  const held = !isLast && joined.endsWith("\r") ? "\r" : "";
  const input = (held ? joined.slice(0, -1) : joined).replace(/\r\n?/g, "\n");

  const rows: RawRow[] = [];
  let width = reader.width;
  let start = 0;
  let line = reader.line;

  const add = (cells: string[], broken: boolean, end: number, lines: number) => {
    if (broken || cells.some((cell) => cell.trim() !== "")) {
      rows.push({ line, cells, broken });
      width ??= cells.length;
    }
    start = end;
    line += lines;
  };

  while (start < input.length) {
    const ahead = input.slice(start, start + maxRowLength + 1);
    // A wider header is refused later; it must not widen the search for the end of a row.
    const row = scan(ahead, reader.delimiter, Math.min(width ?? limits.columns, limits.columns));
    const tooLong = !row.ended && ahead.length > maxRowLength;
    if (row.kind !== "broken" && !tooLong) {
      if (!row.ended && !isLast) break;
      const lines = countNewlines(input, start, start + row.seen);
      const misshapen = lines > 1 && width !== null && row.cells.length !== width;
      if (row.kind === "whole" && !misshapen) {
        add(row.cells, false, start + row.seen, lines);
        continue;
      }
    }
    const lineEnd = input.indexOf("\n", start);
    // Nobody needs the rest of a line that is too long already.
    if (lineEnd === -1 && !isLast) return { rows, rest: ahead + held, line };
    const end = lineEnd === -1 ? input.length : lineEnd;
    add(input.slice(start, Math.min(end, start + maxRowLength)).split(reader.delimiter), true, end + 1, 1);
  }
  return { rows, rest: input.slice(start) + held, line };
}

function countNewlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
