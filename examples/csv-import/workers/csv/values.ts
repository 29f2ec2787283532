import type { Column, ColumnType, FaultKind, Value } from "../../protocol/import.ts";

/** A cell that could be read, or the reason why not. `tidied` says that the stored value is not the text as it came. */
export type Reading = { ok: true; value: Value; tidied: boolean } | { ok: false; kind: FaultKind; message: string };

/** Longer text is neither number nor date; the patterns below would take their time to find that out. */
const longestShape = 40;

const numberShape = /^[-+]?(?:\d+|\d{1,3}(?:[., ’']\d{3})+)(?:[.,]\d+)?$/;
const currency = /^(?:[€$£]\s*)?([-+]?[\d.,’' ]+?)(?:\s*(?:[€$£]|EUR|USD|GBP))?$/;

/**
 * Reads a number written with the given decimal mark: `1234.5`, `1,234.50`, `€ 12.00`, and with a comma `1.234,50`.
 * Returns null for what is not a number, infinite or too long to be exact.
 */
export function readNumber(text: string, decimalMark: "." | ","): number | null {
  if (text.length > longestShape) return null;
  const bare = currency.exec(text.trim())?.[1]?.trim();
  if (bare === undefined || !numberShape.test(bare)) return null;
  const grouping = decimalMark === "." ? /[, ’']/g : /[. ’']/g;
  const [whole = "", fraction, ...more] = bare.split(decimalMark);
  if (more.length > 0) return null;
  const groups = whole.replace(/^[-+]/, "").split(grouping);
  // "1,5" with a decimal point is a mistake, not fifteen.
  if (groups.length > 1 && groups.some((group, i) => (i === 0 ? group.length > 3 : group.length !== 3))) return null;
  if (fraction !== undefined && !/^\d+$/.test(fraction)) return null;
  const digits = groups.join("");
  if (digits.length > 15) return null;
  const value = Number(`${whole.startsWith("-") ? "-" : ""}${digits}${fraction === undefined ? "" : `.${fraction}`}`);
  return Number.isFinite(value) ? value : null;
}

const yes = new Set(["true", "yes", "y", "t", "on", "1"]);
const no = new Set(["false", "no", "n", "f", "off", "0"]);

export function readBoolean(text: string): boolean | null {
  const word = text.trim().toLowerCase();
  return yes.has(word) ? true : no.has(word) ? false : null;
}

/** Local part, one @, a domain with a dot; no quoted or international forms, which real exports do not contain. */
export function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^\s@,;<>"]+@[^\s@,;<>".]+(?:\.[^\s@,;<>".]+)+$/.test(text);
}

const months = new Map(
  ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"].map((name, i) => [name, i + 1]),
);
const timeShape = String.raw`(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?)?`;
const yearFirst = new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})${timeShape}$`);
const yearLast = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})${timeShape}$`);
const dayMonthName = new RegExp(String.raw`^(\d{1,2})\.?[ -]([A-Za-z]{3})[a-z]*\.?,?[ -](\d{4})${timeShape}$`);
const monthNameDay = new RegExp(String.raw`^([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})${timeShape}$`);

/** `slash` is set when the order of day and month had to be chosen: the two numbers as they stand. */
interface DateParts {
  year: number;
  month: number;
  day: number;
  time: string;
  slash: [number, number] | null;
}

/** Takes a date apart without asking whether the calendar has it; null when it does not even look like one. */
export function dateParts(text: string, order: "dmy" | "mdy"): DateParts | null {
  const trimmed = text.trim();
  if (trimmed.length > longestShape) return null;
  let match = yearFirst.exec(trimmed);
  if (match) return parts(match[1], match[2], match[3], match.slice(4), null);
  match = yearLast.exec(trimmed);
  if (match) {
    const [, first, separator, second, year, ...time] = match;
    // Dots are written where the day comes first.
    const dayFirst = separator === "." || order === "dmy";
    const slash: [number, number] | null = separator === "." ? null : [Number(first), Number(second)];
    return dayFirst ? parts(year, second, first, time, slash) : parts(year, first, second, time, slash);
  }
  match = dayMonthName.exec(trimmed);
  if (match) return namedMonth(match[3], match[2], match[1], match.slice(4));
  match = monthNameDay.exec(trimmed);
  if (match) return namedMonth(match[3], match[1], match[2], match.slice(4));
  return null;
}

function namedMonth(
  year: string | undefined,
  name: string | undefined,
  day: string | undefined,
  time: string[],
): DateParts | null {
  const month = months.get((name ?? "").toLowerCase());
  return month === undefined ? null : parts(year, String(month), day, time, null);
}

function parts(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  [hour, minute, second, zone]: (string | undefined)[],
  slash: [number, number] | null,
): DateParts {
  const time =
    hour === undefined ? "" : `T${hour.padStart(2, "0")}:${minute ?? "00"}:${second ?? "00"}${zone ? colon(zone) : ""}`;
  return { year: Number(year), month: Number(month), day: Number(day), time, slash };
}

function colon(zone: string): string {
  return zone === "Z" || zone.includes(":") ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
}

/** ISO 8601 text of the date, or null when no calendar has it (31 February, month 13, 25 o'clock). */
export function isoDate({ year, month, day, time }: DateParts): string | null {
  const calendar = new Date(Date.UTC(year, month - 1, day));
  const exists =
    year >= 1000 &&
    calendar.getUTCFullYear() === year &&
    calendar.getUTCMonth() === month - 1 &&
    calendar.getUTCDate() === day;
  const clock = time === "" || /^T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d/.test(time);
  return exists && clock ? `${year}-${pad(month)}-${pad(day)}${time}` : null;
}

function pad(n: number): string {
  return String(n).padStart(2, "0");
}

const typeNames: Record<ColumnType, string> = {
  integer: "a whole number",
  decimal: "a number",
  boolean: "yes or no",
  date: "a date",
  email: "an e-mail address",
  text: "text",
};

/** Reads one cell as its column wants it. Space around a value is taken off, other spellings are brought to one. */
export function readCell(raw: string, column: Column): Reading {
  const text = raw.trim();
  if (text === "") {
    return column.required
      ? { ok: false, kind: "missing", message: "is empty, but nearly every other row has a value" }
      : { ok: true, value: null, tidied: raw !== "" };
  }
  if (text.includes("\uFFFD")) {
    return { ok: false, kind: "characters", message: "holds characters that cannot be read" };
  }
  const value = readers[column.type](text, column);
  if (value === impossible) {
    return { ok: false, kind: "date", message: `“${shorten(text)}” is in no calendar` };
  }
  if (value === null)
    return { ok: false, kind: "type", message: `“${shorten(text)}” is not ${typeNames[column.type]}` };
  return { ok: true, value, tidied: raw !== text || isRespelled(text, value) };
}

/** A date by its looks that no calendar has. */
const impossible = Symbol("impossible date");

/** The value of a trimmed text that is not empty; null when it is not of the type. */
const readers: Record<ColumnType, (text: string, column: Column) => Value | typeof impossible> = {
  integer(text, { decimalMark }) {
    const value = readNumber(text, decimalMark);
    return value !== null && Number.isInteger(value) ? value : null;
  },
  decimal: (text, { decimalMark }) => readNumber(text, decimalMark),
  boolean: readBoolean,
  date(text, { dateOrder }) {
    const parts = dateParts(text, dateOrder);
    return parts === null ? null : (isoDate(parts) ?? impossible);
  },
  email: (text) => (isEmail(text) ? text.toLowerCase() : null),
  text: (text) => text,
};

function isRespelled(text: string, value: Value): boolean {
  if (typeof value === "number") return !/^-?\d+(?:\.\d+)?$/.test(text);
  return typeof value === "string" && value.toLowerCase() !== text.toLowerCase();
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
