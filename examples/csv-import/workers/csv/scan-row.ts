export interface Scan {
  /**
   * - `whole`: a row and its line end, or the end of the text outside quotes
   * - `unclosed`: the text ended inside quotes
   * - `broken`: the quotes or the width make no sense; `cells` is not to be used
   */
  kind: "whole" | "unclosed" | "broken";
  cells: string[];
  /** Whether a line end was found behind the row. */
  ended: boolean;
  /** How much of the text was looked at: up to just behind the row and its line end when it is whole. */
  seen: number;
}

/**
 * Reads the row at the beginning of the text. Lines end with LF.
 *
 * A row is found broken as early as can be: at the first quote that neither closes its cell nor is doubled, or when it
 * has run over a line end and has more than `mostCells` cells. Both together bound how often one line is looked at,
 * however the file was made: a row passes over another line on which a quote opens only at the price of a cell.
 */
export function scanRow(text: string, delimiter: string, mostCells: number): Scan {
  const cells: string[] = [];
  const firstLineEnd = endOfLine(text, 0);
  let lineEnd = firstLineEnd;
  for (let at = 0; ;) {
    let behind: number;
    if (text[at] === '"') {
      const closing = closingQuote(text, at + 1);
      if (closing === -1) return { kind: "unclosed", cells, ended: false, seen: text.length };
      cells.push(text.slice(at + 1, closing).replaceAll('""', '"'));
      behind = skipSpace(text, closing + 1, delimiter);
      const stray = behind < text.length && text[behind] !== delimiter && text[behind] !== "\n";
      const tooWide = behind > firstLineEnd && cells.length > mostCells;
      if (stray || tooWide) return { kind: "broken", cells, ended: false, seen: behind };
    } else {
      if (lineEnd < at) lineEnd = endOfLine(text, at);
      const cell = upTo(text.slice(at, lineEnd), delimiter);
      cells.push(cell);
      behind = at + cell.length;
    }
    if (text[behind] !== delimiter) {
      const ended = behind < text.length;
      return { kind: "whole", cells, ended, seen: ended ? behind + 1 : behind };
    }
    at = behind + 1;
  }
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at === -1 ? text.length : at;
}

function upTo(line: string, delimiter: string): string {
  const at = line.indexOf(delimiter);
  return at === -1 ? line : line.slice(0, at);
}

function closingQuote(text: string, from: number): number {
  let quote = text.indexOf('"', from);
  while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  return quote;
}

/** Spaces between a closing quote and the delimiter belong to nobody. */
function skipSpace(text: string, from: number, delimiter: string): number {
  const isSpace = (sign: string | undefined) => sign === " " || (sign === "\t" && delimiter !== sign);
  let at = from;
  while (isSpace(text[at])) at++;
  return at;
}
