import type { ColumnType, FaultKind, Pace, Phase, Status } from "../../protocol/import.ts";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export const count = (n: number): string => whole.format(n);
export const number = (n: number): string => fine.format(n);
export const when = (at: number): string => moment.format(at);

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

export function percent(part: number, of: number): string {
  if (of === 0) return "0 %";
  const share = (part / of) * 100;
  const text =
    share > 0 && share < 0.1 ? "< 0.1" : share < 10 ? share.toFixed(1).replace(/\.0$/, "") : share.toFixed(0);
  return `${part < of && text === "100" ? "> 99" : text} %`;
}

export function size(bytes: number): string {
  if (bytes < 1024) return plural(bytes, "byte");
  const kilobytes = bytes / 1024;
  return kilobytes < 1000 ? `${kilobytes.toFixed(0)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}

export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (ms > 0 && ms < 950) return "< 1 s";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return plural(Math.floor(seconds / 86_400), "day");
}

export const statusWords: Record<Status, string> = {
  uploading: "Uploading",
  queued: "Starting",
  running: "Running",
  paused: "Paused",
  waiting: "Needs you",
  complete: "Complete",
  rejected: "Rejected",
  cancelled: "Cancelled",
  failed: "Failed",
};

export const phaseWords: Record<Phase, string> = {
  upload: "Upload",
  parse: "Parse",
  check: "Check",
  approve: "Approve",
  load: "Load",
  report: "Report",
};

export const faultWords: Record<FaultKind, string> = {
  missing: "Missing values",
  type: "Wrong type",
  date: "Impossible dates",
  duplicate: "Duplicates",
  columns: "Wrong number of fields",
  quotes: "Stray quotation marks",
  characters: "Unreadable characters",
};

export const typeWords: Record<ColumnType, string> = {
  integer: "whole number",
  decimal: "number",
  boolean: "yes / no",
  date: "date",
  email: "e-mail",
  text: "text",
};

export const paceWords: Record<Pace, { name: string; hint: string }> = {
  full: { name: "Full speed", hint: "No rest between batches: the sample is through in about a second." },
  steady: { name: "Steady", hint: "Rests a third of a second between batches, so that you can follow and pause it." },
  slow: { name: "Slow", hint: "Rests a second between batches. Time enough to stop the server and start it again." },
};
