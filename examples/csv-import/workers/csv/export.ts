import Papa from "papaparse";

/**
 * Spreadsheet programs run cells that begin with one of these as formulas. Papa puts a `'` in front of what matches;
 * plain negative numbers stay as they are.
 */
const formula = /^(?:[=@\t\r]|[+-](?!\d[\d.,\s]*$))[\s\S]*$/;

/** One block of CSV text, each row ended with CRLF as RFC 4180 has it. */
export function toCsv(rows: readonly (readonly (string | number | boolean | null)[])[]): string {
  if (rows.length === 0) return "";
  const data = rows.map((row) => [...row]);
  return `${Papa.unparse(data, { newline: "\r\n", escapeFormulae: formula })}\r\n`;
}

/** `attachment` header for a file name that a person chose: plain ASCII for old clients, the real name beside it. */
export function attachment(fileName: string, suffix: string): string {
  const stem = fileName.replace(/\.[^.]*$/, "") || "import";
  const name = `${stem}-${suffix}.csv`;
  const plain = name.replace(/[^\w.() -]/g, "_");
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
