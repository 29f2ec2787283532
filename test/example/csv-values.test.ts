import { describe, expect, test } from "vitest";
import type { Column, ColumnType } from "../../examples/csv-import/protocol/import.ts";
import { checkRow, duplicateFault, rowKey } from "../../examples/csv-import/workers/csv/check.ts";
import { attachment, toCsv } from "../../examples/csv-import/workers/csv/export.ts";
import {
  addToTally,
  emptyTally,
  inferColumn,
  keyCandidates,
  mergeTallies,
} from "../../examples/csv-import/workers/csv/infer.ts";
import { dateParts, isEmail, isoDate, readCell, readNumber } from "../../examples/csv-import/workers/csv/values.ts";

const column = (type: ColumnType, more: Partial<Column> = {}): Column => ({
  name: type,
  type,
  required: false,
  decimalMark: ".",
  dateOrder: "dmy",
  ...more,
});

describe("numbers", () => {
  test.each<[string, "." | ",", number | null]>([
    ["12", ".", 12],
    ["-0.5", ".", -0.5],
    ["1,234.50", ".", 1234.5],
    ["1.234,50", ",", 1234.5],
    ["1 234,5", ",", 1234.5],
    ["€ 12.00", ".", 12],
    ["12.00 EUR", ".", 12],
    ["12,50", ",", 12.5],
    ["12,5", ".", null],
    ["1234,567", ".", null],
    ["1.234.567", ".", null],
    ["1..2", ".", null],
    ["#REF!", ".", null],
    ["", ".", null],
    ["1e5", ".", null],
    ["1234567890123456", ".", null],
    [`1${" ".repeat(100_000)}x`, ".", null],
  ])("%j with %j is %j", (text, mark, value) => {
    expect(readNumber(text, mark)).toBe(value);
  });
});

describe("dates", () => {
  test.each<[string, "dmy" | "mdy", string | null]>([
    ["2025-03-14", "dmy", "2025-03-14"],
    ["2025/3/4", "dmy", "2025-03-04"],
    ["14.03.2025", "mdy", "2025-03-14"],
    ["03/04/2025", "dmy", "2025-04-03"],
    ["03/04/2025", "mdy", "2025-03-04"],
    ["14 Mar 2025", "dmy", "2025-03-14"],
    ["March 14, 2025", "dmy", "2025-03-14"],
    ["2025-03-14T09:05:00Z", "dmy", "2025-03-14T09:05:00Z"],
    ["2025-03-14 9:05", "dmy", "2025-03-14T09:05:00"],
    ["14.03.2025 09:05:30 +0200", "dmy", "2025-03-14T09:05:30+02:00"],
    ["2024-02-29", "dmy", "2024-02-29"],
    ["2025-02-29", "dmy", null],
    ["31.04.2025", "dmy", null],
    ["00/00/0000", "dmy", null],
    ["2025-13-01", "dmy", null],
    ["2025-01-01 25:00", "dmy", null],
  ])("%j (%s) is %j", (text, order, iso) => {
    const parts = dateParts(text, order);
    expect(parts === null ? "no date" : isoDate(parts)).toBe(iso);
  });

  test.each(["yesterday", "Q3", "12", "2025", "1/2", "a".repeat(5000)])("%j does not look like a date", (text) => {
    expect(dateParts(text, "dmy")).toBeNull();
  });
});

test.each([
  ["ada@example.com", true],
  ["a.b+c@mail.example.org", true],
  ["ada at example.com", false],
  ["ada@@example.com", false],
  ["ada@example", false],
  ["@example.com", false],
])("%j as an e-mail address: %j", (text, valid) => {
  expect(isEmail(text)).toBe(valid);
});

describe("cells", () => {
  test("space around a value is taken off and reported as tidied", () => {
    expect(readCell("  Ada ", column("text"))).toEqual({ ok: true, value: "Ada", tidied: true });
    expect(readCell("Ada", column("text"))).toEqual({ ok: true, value: "Ada", tidied: false });
  });

  test("an empty cell is null, or a fault where a value is required", () => {
    expect(readCell(" ", column("integer"))).toMatchObject({ ok: true, value: null });
    expect(readCell(" ", column("integer", { required: true }))).toMatchObject({ ok: false, kind: "missing" });
  });

  test.each<[ColumnType, string, string]>([
    ["integer", "1.5", "type"],
    ["decimal", "free", "type"],
    ["boolean", "maybe", "type"],
    ["date", "soon", "type"],
    ["date", "2025-02-30", "date"],
    ["email", "nobody", "type"],
    ["text", "M\uFFFDller", "characters"],
  ])("%s: %j is a fault of kind %s", (type, text, kind) => {
    expect(readCell(text, column(type))).toMatchObject({ ok: false, kind });
  });
});

describe("what a column holds", () => {
  const inferred = (cells: string[]) => {
    const half = Math.floor(cells.length / 2);
    const [a, b] = [emptyTally(), emptyTally()];
    cells.slice(0, half).forEach((cell) => addToTally(a, cell));
    cells.slice(half).forEach((cell) => addToTally(b, cell));
    return inferColumn("x", mergeTallies(a, b));
  };
  const times = (n: number, cell: string) => Array.from({ length: n }, () => cell);

  test.each<[string, string[], Partial<Column>]>([
    ["whole numbers with a few faults", [...times(95, "7"), ...times(5, "n/a")], { type: "integer" }],
    ["too many faults for a type", [...times(80, "7"), ...times(20, "n/a")], { type: "text" }],
    ["fractions", [...times(50, "1.50"), ...times(50, "3")], { type: "decimal", decimalMark: "." }],
    ["decimal commas", [...times(50, "1,50"), ...times(50, "1.234,00")], { type: "decimal", decimalMark: "," }],
    ["zeros and ones", [...times(50, "0"), ...times(50, "1")], { type: "integer" }],
    ["yes and no", [...times(50, "yes"), ...times(50, "0")], { type: "boolean" }],
    ["post codes", [...times(90, "10115"), ...times(10, "01067")], { type: "text" }],
    ["days first", [...times(50, "03/04/2025"), ...times(2, "25/04/2025")], { type: "date", dateOrder: "dmy" }],
    ["months first", [...times(50, "03/04/2025"), ...times(2, "04/25/2025")], { type: "date", dateOrder: "mdy" }],
    ["addresses", times(10, "a@example.com"), { type: "email" }],
    ["nearly always filled", [...times(98, "x"), ...times(2, "")], { required: true }],
    ["often empty", [...times(90, "x"), ...times(10, "")], { required: false }],
    ["nothing", times(10, ""), { type: "text", required: false }],
  ])("%s", (_, cells, expected) => {
    expect(inferred(cells)).toMatchObject(expected);
  });

  test("keys are looked for among required columns that are named like one, then in the first column", () => {
    const columns = [
      column("text", { name: "customer", required: true }),
      column("date", { name: "date_id", required: true }),
      column("text", { name: "order_id", required: true }),
      column("integer", { name: "parentId", required: false }),
    ];
    expect(keyCandidates(columns)).toEqual([2, 0]);
  });
});

describe("rows", () => {
  const columns = [column("integer", { name: "id", required: true }), column("text", { name: "note" })];

  test("a good row comes back as values", () => {
    expect(checkRow(["7", "x"], false, columns)).toEqual({ good: true, values: [7, "x"], tidied: false });
  });

  test("empty cells beyond the header do no harm, others do", () => {
    expect(checkRow(["7", "x", "", " "], false, columns)).toMatchObject({ good: true, tidied: true });
    expect(checkRow(["7", "x", "y"], false, columns)).toMatchObject({ good: false, faults: [{ kind: "columns" }] });
    expect(checkRow(["7"], false, columns)).toMatchObject({ good: false, faults: [{ kind: "columns" }] });
  });

  test("every fault of a row is named", () => {
    const verdict = checkRow(["", "\uFFFD"], false, columns);
    expect(verdict.good ? [] : verdict.faults.map(({ kind, column }) => [kind, column])).toEqual([
      ["missing", "id"],
      ["characters", "note"],
    ]);
  });

  test("without a key the whole row is compared", () => {
    expect(rowKey([7, "x"], 0)).toBe("7");
    expect(rowKey([7, "x"], null)).toBe('[7,"x"]');
    expect(duplicateFault("id", "7", 12).message).toContain("line 12");
  });
});

describe("CSV for spreadsheet programs", () => {
  test.each([
    ["=1+1", "'=1+1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
    ["-10% promised", "'-10% promised"],
    ["-12.50", "-12.50"],
    ["+49 30 123", "+49 30 123"],
    ["plain", "plain"],
  ])("%j becomes %j", (cell, safe) => {
    expect(toCsv([[cell]])).toMatch(safe);
    expect(toCsv([[cell]]).replaceAll('"', "")).toBe(`${safe}\r\n`);
  });

  test("quotes, delimiters and line ends survive", () => {
    expect(toCsv([["a,b", 'say "hi"', "x\ny", null, 1.5, true]])).toBe('"a,b","say ""hi""","x\ny",,1.5,true\r\n');
  });

  test("file names of any kind make a valid header", () => {
    expect(attachment("Käufe 2025.csv", "rejected")).toBe(
      "attachment; filename=\"K_ufe 2025-rejected.csv\"; filename*=UTF-8''K%C3%A4ufe%202025-rejected.csv",
    );
  });
});
