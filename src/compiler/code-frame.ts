/** Lines around a place in a source, with a marker below the column. Line and column are 1-based. */
export function codeFrame(source: string, line: number, column: number): string {
  const lines = source.split(/\r?\n/);
  const first = Math.max(1, line - CONTEXT_LINES);
  const last = Math.min(lines.length, line + CONTEXT_LINES);
  const width = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number++) {
    const isTarget = number === line;
    const text = clip(lines[number - 1] ?? "", isTarget ? column : 1);
    frame.push(`${isTarget ? ">" : " "} ${String(number).padStart(width)} | ${text.text}`.trimEnd());
    // Tabs stay tabs, so that the marker stands below its character whatever their width is.
    if (isTarget)
      frame.push(`  ${" ".repeat(width)} | ${text.text.slice(0, text.column - 1).replaceAll(/[^\t]/g, " ")}^`);
  }
  return frame.join("\n");
}

const CONTEXT_LINES = 2;
const LONGEST_LINE = 160;

/** Minified sources have lines of megabytes; what is shown is the part around the column. */
function clip(text: string, column: number): { text: string; column: number } {
  if (text.length <= LONGEST_LINE) return { text, column };
  const start = Math.max(0, column - LONGEST_LINE / 2);
  return { text: text.slice(start, start + LONGEST_LINE), column: column - start };
}
