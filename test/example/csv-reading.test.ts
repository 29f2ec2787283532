import fc from "fast-check";
import Papa from "papaparse";
import { describe, expect, test } from "vitest";
import { limits } from "../../examples/csv-import/protocol/import.ts";
import { decodePiece, startDecoder, unfinishedBytes } from "../../examples/csv-import/workers/csv/decode.ts";
import { maxRowLength, takeRows } from "../../examples/csv-import/workers/csv/records.ts";
import { scanRow } from "../../examples/csv-import/workers/csv/scan-row.ts";
import { type Encoding, nameColumns, sniff, sniffDelimiter } from "../../examples/csv-import/workers/csv/sniff.ts";

/** Reads a file cut at the given places, as the import does piece by piece. */
function readInPieces(bytes: Uint8Array, cuts: readonly number[], delimiter = ",") {
  const ends = [...new Set(cuts)].filter((cut) => cut > 0 && cut < bytes.length).toSorted((a, b) => a - b);
  ends.push(bytes.length);
  const sniffed = sniff(bytes.subarray(0, ends[0]));
  if (!sniffed.text) throw new Error(sniffed.reason);
  let decoder = startDecoder(sniffed.encoding);
  let reader = { delimiter, width: null as number | null, rest: "", line: 1 };
  const rows: { line: number; cells: string[]; broken: boolean }[] = [];
  let from = sniffed.skipBytes;
  for (const end of ends) {
    const isLast = end === bytes.length;
    const decoded = decodePiece(decoder, bytes.subarray(from, end), isLast);
    decoder = decoded.state;
    const taken = takeRows(reader, decoded.text, isLast);
    rows.push(...taken.rows);
    reader = { ...reader, width: rows[0]?.cells.length ?? null, rest: taken.rest, line: taken.line };
    from = end;
  }
  expect(reader.rest).toBe("");
  return rows;
}

const cellsOf = (text: string, cuts: readonly number[] = []) =>
  readInPieces(new TextEncoder().encode(text), cuts).map((row) => row.cells);

describe("reading a file in pieces", () => {
  test("a file cut anywhere gives the same rows as the whole file", () => {
    const cell = fc.oneof(
      fc.stringMatching(/^[a-z0-9 ]{0,6}$/),
      fc.constantFrom('say "hi"', "a,b", "two\nlines", "žluťoučký", "日本語", "😀 ok", "€ 5"),
    );
    const table = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 8 });
    const quote = (text: string) => (/[",\n]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    fc.assert(
      fc.property(
        table,
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.array(fc.nat(400)),
        fc.boolean(),
        (rows, end, cuts, bom) => {
          const lines = [["x", "y", "z"], ...rows].map((row) => row.map(quote).join(",")).join(end);
          const text = `${bom ? "\uFEFF" : ""}${lines}${end}`;
          const wanted = [["x", "y", "z"], ...rows].filter((row) => row.some((value) => value.trim() !== ""));
          expect(cellsOf(text, bom ? cuts.map((cut) => cut + 3) : cuts)).toEqual(wanted);
        },
      ),
    );
  });

  test.each([
    [
      "a last row without a line end",
      "a,b\n1,2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "empty lines and rows of empty cells",
      "a,b\n\n1,2\n,\n \n3,4\n",
      [
        ["a", "b"],
        ["1", "2"],
        ["3", "4"],
      ],
    ],
    [
      "mixed line ends",
      "a,b\r\n1,2\n3,4\r5,6",
      [
        ["a", "b"],
        ["1", "2"],
        ["3", "4"],
        ["5", "6"],
      ],
    ],
    [
      "a quoted cell over two lines",
      'a,b\n"1\r\n1",2\n',
      [
        ["a", "b"],
        ["1\n1", "2"],
      ],
    ],
  ])("takes %s", (_, text, rows) => {
    expect(cellsOf(text)).toEqual(rows);
  });

  test("rows know the line of the file on which they begin", () => {
    const rows = readInPieces(new TextEncoder().encode('a,b\r\n"x\r\ny",2\r\n\r\n3,4\r\n'), [7, 9, 15]);
    expect(rows.map((row) => row.line)).toEqual([1, 2, 5]);
  });

  test.each([[[]], [[20]], [[9, 14, 25]]])("a quote that is never closed costs one row (cuts %j)", (cuts) => {
    const text = 'a,b\n1,"open\n2,two\n3,"three, 3"\n4,four\n';
    const rows = readInPieces(new TextEncoder().encode(text), cuts);
    expect(rows.map((row) => [row.line, row.broken])).toEqual([
      [1, false],
      [2, true],
      [3, false],
      [4, false],
      [5, false],
    ]);
    expect(rows[3]?.cells).toEqual(["3", "three, 3"]);
  });

  test("a stray quote inside a quoted cell marks the row and leaves its neighbours alone", () => {
    const rows = readInPieces(new TextEncoder().encode('a,b\n1,"24" wide"\n2,x\n'), []);
    expect(rows.map((row) => row.broken)).toEqual([false, true, false]);
  });

  test("text that is held back between two pieces stays bounded", () => {
    const reader = { delimiter: ",", width: 2, rest: 'x,"', line: 2 };
    const { rows, rest } = takeRows(reader, `y\n${"z\n".repeat(maxRowLength)}`, false);
    expect(rows[0]).toEqual({ line: 2, cells: ["x", '"y'], broken: true });
    expect(rest).toBe("");
  });

  test("a line of three megabytes is one row, of which only the beginning is kept", () => {
    const text = `a,b\n1,${"y".repeat(3 << 20)}\n2,two\n`;
    const cuts = Array.from({ length: 13 }, (_, i) => i * limits.pieceBytes);
    const rows = readInPieces(new TextEncoder().encode(text), cuts);
    expect(rows.map((row) => [row.line, row.broken])).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ]);
    expect(rows[1]?.cells.join(",")).toHaveLength(maxRowLength);
  });

  test.each([
    [4, "bad quotes", "h1,h2\n", '"a"b\n'],
    [4, "quotes that are never closed", "h1,h2\n", '"a\n'],
    [4, "bad quotes among good rows", "h1,h2\n", '"a"b\n1,2\n'],
    [4, "one quote at the very start", '"h1,h2\n', "1,2\n"],
    [4, "quotes that close those of the line before", "h1,h2\n", 'a","b\n'],
    [
      limits.columns + 1,
      "quotes that close those of the line before, under a wide header",
      `${"h,".repeat(30_000)}h\n`,
      'a","b\n',
    ],
    [4, "doubled quotes", "h1,h2\n", '"",""",b\n'],
    [4, "quotes and empty lines", "h1,h2\n", '"\n\n'],
    [4, "one cell and no delimiter", "h1,h2\n", "a\n"],
    [4, "spaces behind a quote", "h1,h2\n", `"a"${" ".repeat(500)}b\n`],
  ])("at most %i looks at each character of a piece full of %s", (times, _, header, lines) => {
    const text = (header + lines.repeat(limits.pieceBytes)).slice(0, limits.pieceBytes);
    for (const isLast of [true, false]) {
      let seen = 0;
      const reader = { delimiter: ",", width: null, rest: "", line: 1 };
      takeRows(reader, text, isLast, (ahead, ...more) => {
        const scan = scanRow(ahead, ...more);
        seen += scan.seen;
        return scan;
      });
      expect(seen).toBeLessThan(times * text.length);
    }
  });

  test("fifty thousand lines of bad quotes are fifty thousand bad rows", () => {
    const rows = readInPieces(new TextEncoder().encode(`h1,h2\n${'"a"b\n'.repeat(50_000)}`), []);
    expect(rows).toHaveLength(50_001);
    expect(rows.filter((row) => row.broken)).toHaveLength(50_000);
    expect(rows.at(-1)?.line).toBe(50_001);
  });

  test("where a strict parser finds nothing to complain of, the rows are the same", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a",\n ]{0,30}$/), (text) => {
        const strict = Papa.parse<string[]>(text, { delimiter: ",", newline: "\n" });
        const rows = strict.data.filter((row) => row.some((cell) => cell.trim() !== ""));
        const width = rows[0]?.length;
        const shapely = strict.data.every((row) => row.length === width || row.join("") === "");
        fc.pre(strict.errors.length === 0 && shapely);
        expect(cellsOf(text)).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });
});

describe("encodings", () => {
  const latin = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
  const utf16 = (text: string, little: boolean) => {
    const bytes = new Uint8Array(2 + text.length * 2);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, 0xfeff, little);
    Array.from({ length: text.length }, (_, i) => view.setUint16(2 + i * 2, text.charCodeAt(i), little));
    return bytes;
  };

  test.each([2, 5, 7, 8, 9, 12])("UTF-16 of both kinds, cut at byte %i", (cut) => {
    const text = "ä,b\n😀,2\n";
    for (const little of [true, false]) {
      const rows = readInPieces(utf16(text, little), [cut]).map((row) => row.cells);
      expect(rows).toEqual([
        ["ä", "b"],
        ["😀", "2"],
      ]);
    }
  });

  test("Windows-1252 is noticed where the first foreign character stands, in a later piece too", () => {
    const bytes = latin("name,city\nplain,text\nMüller,Köln\n");
    for (const cuts of [[], [15], [22], [23]]) {
      expect(readInPieces(bytes, cuts).at(-1)?.cells).toEqual(["Müller", "Köln"]);
    }
  });

  test("one damaged byte does not make a UTF-8 file Windows-1252", () => {
    const bytes = new TextEncoder().encode("name\nMüller\nJörg\nX\n");
    bytes[bytes.length - 2] = 0xff;
    expect(readInPieces(bytes, []).map((row) => row.cells[0])).toEqual(["name", "Müller", "Jörg", "\uFFFD"]);
  });

  test.each<[Encoding, number[], number]>([
    ["utf-8", [0x61], 0],
    ["utf-8", [0xc3], 1],
    ["utf-8", [0xe2, 0x82], 2],
    ["utf-8", [0xf0, 0x9f, 0x98], 3],
    ["utf-8", [0xf0, 0x9f, 0x98, 0x80], 0],
    ["utf-8", [0xc3, 0xa9], 0],
    ["utf-16le", [0x61, 0x00, 0x3d], 1],
    ["utf-16le", [0x3d, 0xd8], 2],
    ["utf-16be", [0xd8, 0x3d], 2],
    ["windows-1252", [0xe9], 0],
  ])("%s %j: %i bytes wait for the next piece", (encoding, bytes, count) => {
    expect(unfinishedBytes(Uint8Array.from(bytes), encoding)).toBe(count);
  });
});

describe("looking at the beginning of a file", () => {
  test.each([
    ["a zip archive or workbook", [0x50, 0x4b, 0x03, 0x04, 1], /Excel workbook/],
    ["an old workbook", [0xd0, 0xcf, 0x11, 0xe0], /old Excel/],
    ["a PDF", [0x25, 0x50, 0x44, 0x46, 0x2d], /PDF/],
    ["gzip", [0x1f, 0x8b, 8], /compressed/],
    ["zero bytes", [0x61, 0, 0x62], /binary/],
  ])("refuses %s with advice", (_, bytes, reason) => {
    const sniffed = sniff(Uint8Array.from(bytes));
    expect(sniffed).toMatchObject({ text: false, reason: expect.stringMatching(reason) as string });
  });

  test.each([
    ["a,b,c\n1,2,3\n", ","],
    ["a;b;c\n1,5;2;3\n", ";"],
    ["a\tb\n1\t2\n", "\t"],
    ["a|b\n1|2\n", "|"],
    ["only\none\n", ","],
    ['name;note\n"x";"a, b, c"\n"y";"d"\n', ";"],
  ])("finds the delimiter of %j", (text, delimiter) => {
    expect(sniffDelimiter(text)).toBe(delimiter);
  });

  test("column names are never empty and never come twice", () => {
    expect(nameColumns([" id ", "", "Total", "total", "", "total"])).toEqual([
      "id",
      "column 2",
      "Total",
      "total (2)",
      "column 5",
      "total (3)",
    ]);
  });
});
