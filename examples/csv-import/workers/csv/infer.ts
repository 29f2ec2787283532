import type { Column, ColumnType } from "../../protocol/import.ts";
import { dateParts, isEmail, readBoolean, readNumber } from "./values.ts";

/** What was seen in one column. Tallies of pieces add up, so every piece can be counted by itself. */
export interface Tally {
  rows: number;
  filled: number;
  integer: number;
  decimal: number;
  boolean: number;
  /** Booleans written as words; `0` and `1` alone do not make a column boolean. */
  word: number;
  date: number;
  email: number;
  /** Digits with a leading zero: article numbers, post codes. They would lose it as numbers. */
  padded: number;
  pointFraction: number;
  commaFraction: number;
  /** Dates with slashes that can only be day first, or only month first. */
  dayFirst: number;
  monthFirst: number;
}

export function emptyTally(): Tally {
  return {
    rows: 0,
    filled: 0,
    integer: 0,
    decimal: 0,
    boolean: 0,
    word: 0,
    date: 0,
    email: 0,
    padded: 0,
    pointFraction: 0,
    commaFraction: 0,
    dayFirst: 0,
    monthFirst: 0,
  };
}

export function addToTally(tally: Tally, raw: string): void {
  const text = raw.trim();
  tally.rows++;
  if (text === "") return;
  tally.filled++;

  const number = readNumber(text, ".") ?? readNumber(text, ",");
  if (number !== null) {
    tally.decimal++;
    if (/^[-+]?\d+$/.test(text)) tally.integer++;
    if (/^0\d+$/.test(text)) tally.padded++;
    // Three digits after the mark may be thousands: they prove nothing.
    if (/\.(?:\d{1,2}|\d{4,})$/.test(text)) tally.pointFraction++;
    if (/,(?:\d{1,2}|\d{4,})$/.test(text)) tally.commaFraction++;
  }
  if (readBoolean(text) !== null) {
    tally.boolean++;
    if (!/^\d$/.test(text)) tally.word++;
  }
  const date = dateParts(text, "dmy");
  if (date !== null) {
    tally.date++;
    if (date.slash !== null && date.slash[0] > 12 && date.slash[1] <= 12) tally.dayFirst++;
    if (date.slash !== null && date.slash[1] > 12 && date.slash[0] <= 12) tally.monthFirst++;
  }
  if (isEmail(text)) tally.email++;
}

export function mergeTallies(a: Tally, b: Tally): Tally {
  return {
    rows: a.rows + b.rows,
    filled: a.filled + b.filled,
    integer: a.integer + b.integer,
    decimal: a.decimal + b.decimal,
    boolean: a.boolean + b.boolean,
    word: a.word + b.word,
    date: a.date + b.date,
    email: a.email + b.email,
    padded: a.padded + b.padded,
    pointFraction: a.pointFraction + b.pointFraction,
    commaFraction: a.commaFraction + b.commaFraction,
    dayFirst: a.dayFirst + b.dayFirst,
    monthFirst: a.monthFirst + b.monthFirst,
  };
}

/** A type is a column's type when this share of its filled cells agrees; the others are faults. */
const typeShare = 0.9;
/** A column that is filled in this share of rows is required. */
const requiredShare = 0.97;
/** More padded numbers than this, and the column holds codes. */
const paddedShare = 0.005;

export function inferColumn(name: string, tally: Tally): Column {
  return {
    name,
    type: inferType(tally),
    required: tally.rows > 0 && tally.filled / tally.rows >= requiredShare,
    decimalMark: tally.commaFraction > tally.pointFraction ? "," : ".",
    dateOrder: tally.monthFirst > tally.dayFirst ? "mdy" : "dmy",
  };
}

function inferType(tally: Tally): ColumnType {
  if (tally.filled === 0) return "text";
  const most = (count: number) => count / tally.filled >= typeShare;
  if (tally.word > 0 && most(tally.boolean)) return "boolean";
  if (most(tally.decimal) && tally.padded / tally.filled <= paddedShare) {
    return most(tally.integer) ? "integer" : "decimal";
  }
  if (most(tally.date)) return "date";
  if (most(tally.email)) return "email";
  return "text";
}

const keyName = /(?:^|[\s_.-])(?:id|key|no|nr|number|code|sku|uuid|guid|ref|reference)$|[a-z](?:Id|ID|No|Number)$|^#$/;

/**
 * The columns that may identify a row, best first: required, of a type that keys have, and named like a key; the
 * first column is a candidate whatever its name. The caller takes the first one whose values are nearly all distinct.
 */
export function keyCandidates(columns: readonly Column[]): number[] {
  const possible = columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => column.required && (column.type === "integer" || column.type === "text"));
  const named = possible.filter(({ column }) => keyName.test(column.name) || keyName.test(column.name.toLowerCase()));
  const first = possible.filter(({ index }) => index === 0);
  return [...new Set([...named, ...first].map(({ index }) => index))].slice(0, 5);
}

/** Share of distinct values from which on a candidate is the key: a few duplicates are the faults we look for. */
export const keyDistinctShare = 0.9;
