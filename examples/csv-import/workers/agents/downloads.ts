import { toCsv } from "../csv/export.ts";
import type { ImportRecord } from "../store/imports.ts";
import type { ResultPages } from "../store/pages.ts";

const rowsPerRead = 500;

/** Rejected rows as they stood in the file, with the line and the reasons in front. */
export function rejectedCsv(record: ImportRecord, pages: ResultPages): ReadableStream<Uint8Array> {
  const header = ["line", "problems", ...record.columns.map((column) => column.name)];
  return csvStream(header, (after) =>
    pages.rejectedAfter(record.id, after, rowsPerRead).map(({ n, line, cells, faults }) => {
      const problems = faults.map(({ column, message }) => (column === null ? message : `${column}: ${message}`));
      return { n, cells: [line, problems.join("; "), ...cells] };
    }),
  );
}

/** Loaded rows as they are stored: trimmed, dates in ISO 8601, numbers with a decimal point. */
export function loadedCsv(record: ImportRecord, pages: ResultPages): ReadableStream<Uint8Array> {
  const header = record.columns.map((column) => column.name);
  return csvStream(header, (after) =>
    pages.loadedAfter(record.id, after, rowsPerRead).map(({ n, values }) => ({ n, cells: values })),
  );
}

type Cell = string | number | boolean | null;

/** Reads as the client takes it: a large download never stands in memory as a whole. */
function csvStream(
  header: string[],
  readAfter: (n: number) => { n: number; cells: Cell[] }[],
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let after = -1;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      // Excel takes a file without a byte order mark for Windows-1252.
      controller.enqueue(encoder.encode(`\uFEFF${toCsv([header])}`));
    },
    pull(controller) {
      const rows = readAfter(after);
      const last = rows.at(-1);
      if (last === undefined) {
        controller.close();
        return;
      }
      after = last.n;
      controller.enqueue(encoder.encode(toCsv(rows.map(({ cells }) => cells))));
    },
  });
}
