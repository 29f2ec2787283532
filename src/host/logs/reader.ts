import type { LogEntry, LogLevel, LogSink } from "../log-entry.ts";
import { type StorageFailure, storageFailureIn } from "../storage/failure.ts";
import { ExceptionMerger } from "./exceptions.ts";
import { parseLine } from "./parse-line.ts";
import { RecentTexts } from "./recent-texts.ts";
import { readRuntimeMessage } from "./runtime-message.ts";

/** Turns places in the bundle into places in the user's source. */
export interface StackMapper {
  /** Maps every place of the bundle that a text mentions, for example in the lines of a stack. */
  mapText(text: string): string;
  /** Source around the topmost frame that lies in the user's own code; undefined when there is none. */
  codeFrame(stack: string): string | undefined;
}

export interface LogReader {
  /** Takes one line of workerd's output. */
  line(text: string, cut: boolean): void;
  /** Reports what was held back, waiting for a line that explains it. */
  flush(): void;
}

/** How long an exception waits for the line that says whether it has ended an event. They are written together. */
const SETTLE_MS = 50;

const NO_ERROR = "no Error, and so without a place: throw an Error to see where it comes from";

/**
 * Makes log entries of workerd's output: exceptions merged and mapped, internal chatter marked.
 * @param onStorageFailure told of every write that the disk refused: there may be thousands, so they are not shown
 */
export function createLogReader(
  sink: LogSink,
  mapper: StackMapper,
  onStorageFailure: (failure: StorageFailure) => void = () => undefined,
): LogReader {
  const shown = new RecentTexts();
  let timer: NodeJS.Timeout | undefined;

  const say = (level: LogLevel, source: LogEntry["source"], message: string, more: Partial<LogEntry> = {}) =>
    sink({ time: Date.now(), level, source, message: mapper.mapText(message), ...more });

  const merger = new ExceptionMerger(({ header, frames, handled, value }) => {
    if (!handled && shown.show({ header, frames })) return;
    const stack = frames.join("\n");
    const frame = handled ? undefined : mapper.codeFrame(stack);
    const uncaught = value === undefined ? `Uncaught ${header}` : `Uncaught ${value} (${NO_ERROR})`;
    say(handled ? "debug" : "error", "worker", handled ? `Thrown to a caller: ${header}` : uncaught, {
      ...(stack !== "" && { stack: mapper.mapText(stack) }),
      ...(frame !== undefined && { frame }),
      ...(handled && { internal: true }),
    });
  });

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    merger.settle();
  };

  const runtime = (level: LogLevel, message: string, time: number | undefined) => {
    const storageFailure = storageFailureIn(message);
    if (storageFailure !== undefined) {
      onStorageFailure(storageFailure);
      say("debug", "workerd", message, { internal: true });
      return;
    }
    const read = readRuntimeMessage(level, message);
    const at = time === undefined ? {} : { time };
    switch (read.kind) {
      case "thrown":
        merger.thrown(read.error);
        timer ??= setTimeout(flush, SETTLE_MS);
        return;
      case "ended-event":
        merger.endedEvent(read.header);
        return;
      case "reached-client":
        merger.reachedClient(read.header);
        return;
      case "say":
        say(level, "workerd", read.message, at);
        return;
      case "internal":
        say("debug", "workerd", read.message, { ...at, internal: true });
    }
  };

  return {
    line(text, cut) {
      const line = parseLine(text, cut);
      if (line.kind === "runtime") return runtime(line.level, line.message, line.time);
      if (line.kind === "console") {
        if (line.level === "error") shown.add(line.message);
        // A step that is tried again tells of its error as a warning, or lower.
        const frame = line.level === "info" ? undefined : mapper.codeFrame(line.message);
        return say(line.level, "worker", line.message, {
          ...(line.time !== undefined && { time: line.time }),
          ...(frame !== undefined && { frame }),
        });
      }
      if (line.message.trim() !== "") say("debug", "workerd", line.message, { internal: true });
    },
    flush,
  };
}
