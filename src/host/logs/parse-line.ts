import type { LogLevel } from "../log-entry.ts";

/** One line of workerd's output, taken apart. */
export type WorkerdLine =
  /** Something the Worker wrote: `console.*`, `process.stdout`. */
  | { readonly kind: "console"; readonly level: LogLevel; readonly time: number | undefined; readonly message: string }
  /** Something workerd itself has to say; `place` is the place in its source. */
  | {
      readonly kind: "runtime";
      readonly level: LogLevel;
      readonly time: number | undefined;
      readonly message: string;
      readonly place: string;
    }
  /** Anything else: what a dying process prints, V8's last words. */
  | { readonly kind: "text"; readonly message: string };

const LEVELS: Readonly<Record<string, LogLevel>> = {
  debug: "debug",
  dbg: "debug",
  trace: "debug",
  log: "info",
  info: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  fatal: "error",
};

/** `cut`: the line was too long and ends in the middle, most likely inside the JSON string of its message. */
export function parseLine(line: string, cut = false): WorkerdLine {
  const record = parseRecord(cut ? closeCutRecord(line) : line);
  if (record === undefined) return { kind: "text", message: cut ? `${line} … (cut)` : line };
  const level = LEVELS[record.level] ?? "info";
  // What a module logs while it is loaded carries the time 0.
  const time = record.timestamp > 0 ? record.timestamp : undefined;
  if (record.source === undefined) return { kind: "console", level, time, message: record.message };
  return { kind: "runtime", level, time, message: record.message, place: record.source };
}

interface LineRecord {
  readonly timestamp: number;
  readonly level: string;
  readonly message: string;
  readonly source: string | undefined;
}

function parseRecord(line: string): LineRecord | undefined {
  if (!line.startsWith("{")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("message" in value) || !("level" in value)) return undefined;
  const { message, level } = value;
  if (typeof message !== "string" || typeof level !== "string") return undefined;
  const timestamp = "timestamp" in value ? Number(value.timestamp) : 0;
  const source = "source" in value && typeof value.source === "string" ? value.source : undefined;
  return { timestamp: Number.isFinite(timestamp) ? timestamp : 0, level, message, source };
}

/** Drops an escape sequence that was cut in two and closes string and object. */
function closeCutRecord(line: string): string {
  const whole = line.replace(/(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$/, "$1");
  return `${whole} … (cut)"}`;
}
