import type { ErrorRecord } from "./errors.ts";

/** What a line is about; the host turns it into fields. */
export interface LogSubject {
  workflow: string;
  run?: string;
  step?: string;
}

type Level = "debug" | "warn" | "error";

export function logLine(level: Level, subject: LogSubject, text: string): void {
  console[level](`${nameOf(subject)} ${text}`);
}

/** With the stack of the application's code where there is one. */
export function logFailure(level: Level, subject: LogSubject, what: string, error: ErrorRecord): void {
  // A stack begins with the error's name and message.
  console[level](`${nameOf(subject)} ${what}: ${error.stack ?? `${error.name}: ${error.message}`}`);
}

function nameOf({ workflow, run, step }: LogSubject): string {
  return [
    `workflow ${workflow}`,
    run === undefined ? "" : ` run ${run}`,
    step === undefined ? "" : ` step ${step}`,
  ].join("");
}
