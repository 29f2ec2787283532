import type { Colors } from "./colors.ts";
import type { LogEntry, LogLevel } from "../../host/index.ts";

/** One line of JSON for an entry. */
export function formatJson(entry: LogEntry): string {
  const { time, level, source, message, stack, frame, event, facts } = entry;
  return JSON.stringify({ time: new Date(time).toISOString(), level, source, event, message, stack, frame, ...facts });
}

/** Readable text for an entry: time, level, message, and below it stack and source. */
export function formatPretty(entry: LogEntry, colors: Colors): string {
  const paint: Record<LogLevel, (text: string) => string> = {
    debug: colors.dim,
    info: colors.cyan,
    warn: colors.yellow,
    error: colors.red,
  };
  const head = `${colors.dim(clock(entry.time))} ${paint[entry.level](entry.level.padEnd(5))}`;
  const origin = entry.source === "worker" ? "" : `${colors.dim(`[${entry.source}]`)} `;
  const message = printable(entry.message);
  const lines = [`${head} ${origin}${entry.internal === true ? colors.dim(message) : message}`];
  if (entry.stack !== undefined) lines.push(colors.dim(printable(entry.stack)));
  if (entry.frame !== undefined) lines.push(printable(entry.frame));
  return lines.join("\n");
}

function clock(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  const clockTime = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${clockTime}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/**
 * A Worker logs what strangers send it. Colours pass; any other control sequence, which could rewrite the terminal's
 * screen, title or clipboard, is shown as text.
 */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/\u001b\[[\d;]*m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (found) =>
    found.length > 1 ? found : `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
