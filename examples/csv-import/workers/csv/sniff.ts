import Papa from "papaparse";

export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

export type Sniffed = { text: true; encoding: Encoding; skipBytes: number } | { text: false; reason: string };

const notText: readonly { magic: readonly number[]; reason: string }[] = [
  {
    magic: [0x50, 0x4b, 0x03, 0x04],
    reason:
      "This is a zip archive or an Excel workbook, not a CSV file. In a spreadsheet program, save it as CSV and upload that.",
  },
  {
    magic: [0xd0, 0xcf, 0x11, 0xe0],
    reason: "This is an old Excel workbook, not a CSV file. Save it as CSV and upload that.",
  },
  {
    magic: [0x25, 0x50, 0x44, 0x46],
    reason: "This is a PDF document, not a CSV file. Export the data as CSV and upload that.",
  },
  { magic: [0x1f, 0x8b], reason: "This file is compressed (gzip). Unpack it and upload the CSV file inside." },
];

/** Decides from the first piece of a file whether it is text, and how the text is encoded. */
export function sniff(firstPiece: Uint8Array): Sniffed {
  for (const { magic, reason } of notText) {
    if (magic.every((byte, i) => firstPiece[i] === byte)) return { text: false, reason };
  }
  if (firstPiece[0] === 0xef && firstPiece[1] === 0xbb && firstPiece[2] === 0xbf) {
    return { text: true, encoding: "utf-8", skipBytes: 3 };
  }
  if (firstPiece[0] === 0xff && firstPiece[1] === 0xfe) return { text: true, encoding: "utf-16le", skipBytes: 2 };
  if (firstPiece[0] === 0xfe && firstPiece[1] === 0xff) return { text: true, encoding: "utf-16be", skipBytes: 2 };
  if (firstPiece.includes(0)) {
    return { text: false, reason: "This file holds binary data, not text. Upload a CSV file." };
  }
  return { text: true, encoding: "utf-8", skipBytes: 0 };
}

/** The sign between the fields, guessed from the beginning of the text; a comma when there is nothing to go by. */
export function sniffDelimiter(text: string): string {
  const result = Papa.parse<string[]>(text.slice(0, 64 * 1024), {
    preview: 30,
    newline: "\n",
    skipEmptyLines: "greedy",
    delimitersToGuess: [",", ";", "\t", "|"],
  });
  return result.errors.some((error) => error.code === "UndetectableDelimiter") ? "," : result.meta.delimiter;
}

/** Column names a person and a table can work with: no empty ones, none twice. */
export function nameColumns(header: readonly string[]): string[] {
  const taken = new Set<string>();
  return header.map((raw, i) => {
    const wanted = raw.trim().replace(/\s+/g, " ").slice(0, 100) || `column ${i + 1}`;
    let name = wanted;
    for (let again = 2; taken.has(name.toLowerCase()); again++) name = `${wanted} (${again})`;
    taken.add(name.toLowerCase());
    return name;
  });
}
