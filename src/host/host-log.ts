import type { LogEntry, LogLevel, LogSink } from "./log-entry.ts";

/** What the host itself has to say. */
export type HostLog = (level: LogLevel, message: string, facts?: LogEntry["facts"], event?: string) => void;

export function hostLog(sink: LogSink): HostLog {
  return (level, message, facts, event) =>
    sink({
      time: Date.now(),
      level,
      source: "pawl",
      message,
      ...(facts !== undefined && { facts }),
      ...(event !== undefined && { event }),
    });
}

/** A client takes two descriptors and a live object three; below this, some hundreds of people are too many. */
const LOW_FILE_LIMIT = 4096;

/** The limit has been raised as far as the system lets us: it is a warning only where that does not reach far. */
export function fileLimitEntry(limit = Number.POSITIVE_INFINITY): LogEntry {
  const isLow = limit < LOW_FILE_LIMIT;
  const enough = Number.isFinite(limit)
    ? `may open ${limit} files at most, enough for about ${Math.floor(limit / 5)} connected agents`
    : "may open as many files as it likes";
  const advice =
    " For more, let the system give it a higher hard limit (root: ulimit -n 65536; systemd: LimitNOFILE=65536).";
  return {
    time: Date.now(),
    level: isLow ? "warn" : "debug",
    source: "pawl",
    message: `workerd ${enough}.${isLow ? advice : ""}`,
    ...(!isLow && { internal: true }),
  };
}
