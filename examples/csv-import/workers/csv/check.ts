import type { Column, Fault, Value } from "../../protocol/import.ts";
import { readCell } from "./values.ts";

export type Verdict = { good: true; values: Value[]; tidied: boolean } | { good: false; faults: Fault[] };

/** Checks one row by itself. Whether it has come before is the business of whoever sees all rows. */
export function checkRow(cells: readonly string[], broken: boolean, columns: readonly Column[]): Verdict {
  if (broken) {
    return { good: false, faults: [{ kind: "quotes", column: null, message: "The quotation marks do not add up" }] };
  }
  const surplus = cells.slice(columns.length);
  // Spreadsheets like to end rows with empty cells.
  if (cells.length < columns.length || surplus.some((cell) => cell.trim() !== "")) {
    const message = `The row has ${cells.length} ${cells.length === 1 ? "field" : "fields"}, the header has ${columns.length}`;
    return { good: false, faults: [{ kind: "columns", column: null, message }] };
  }
  const values: Value[] = [];
  const faults: Fault[] = [];
  let tidied = surplus.length > 0;
  columns.forEach((column, i) => {
    const reading = readCell(cells[i] ?? "", column);
    if (reading.ok) {
      values.push(reading.value);
      tidied ||= reading.tidied;
    } else {
      faults.push({ kind: reading.kind, column: column.name, message: reading.message });
    }
  });
  return faults.length > 0 ? { good: false, faults } : { good: true, values, tidied };
}

/** What two rows must not share. With no key column the whole row counts. */
export function rowKey(values: readonly Value[], keyIndex: number | null): string {
  return keyIndex === null ? JSON.stringify(values) : String(values[keyIndex]);
}

export function duplicateFault(column: string | null, value: string, firstLine: number): Fault {
  return {
    kind: "duplicate",
    column,
    message:
      column === null
        ? `The same row already stands on line ${firstLine}`
        : `“${value}” already stands on line ${firstLine}`,
  };
}
