import Papa from "papaparse";

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
 * A row with stray quotes that runs over several lines is given up after its first line and reading goes on with
 * the next one: a forgotten quote costs one row.
 */
export function takeRows(
  reader: RecordReader,
  text: string,
  isLast: boolean,
): { rows: RawRow[]; rest: string; line: number } {
  const joined = reader.rest + text;
  // The LF of a CRLF may be in the next piece.
  const held = !isLast && joined.endsWith("\r") ? "\r" : "";
  const input = (held ? joined.slice(0, -1) : joined).replace(/\r\n?/g, "\n");

  const rows: RawRow[] = [];
  let width = reader.width;
  let start = 0;
  let line = reader.line;

  const giveUpLine = () => {
    const end = input.indexOf("\n", start);
    const first = input.slice(start, end === -1 ? input.length : end);
    rows.push({ line, cells: first.split(reader.delimiter), broken: true });
    start = end === -1 ? input.length : end + 1;
    line += 1;
  };

  while (start < input.length) {
    const base = start;
    let resync = false;
    const parser = new Papa.Parser({
      delimiter: reader.delimiter,
      newline: "\n",
      step(result: Papa.ParseStepResult<string[][]>) {
        const cells = result.data[0] ?? [];
        const end = base + (result.meta.cursor ?? 0);
        const lines = countNewlines(input, start, end);
        const broken = result.errors.length > 0;
        const runsOver = countNewlines(input, start, end - 1) > 0;
        if (runsOver && (broken || (width !== null && cells.length !== width))) {
          resync = true;
          parser.abort();
          return;
        }
        if (cells.some((cell) => cell.trim() !== "")) {
          rows.push({ line, cells, broken });
          width ??= cells.length;
        }
        start = end;
        line += lines;
      },
    });
    parser.parse(input.slice(base), 0, !isLast);
    if (resync) {
      giveUpLine();
      continue;
    }
    if (!isLast && input.length - start > maxRowLength) {
      giveUpLine();
      continue;
    }
    break;
  }
  return { rows, rest: input.slice(start) + held, line };
}

function countNewlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
