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

/** With the stack of the application's code where there is one, which begins with name and message. */
export function logFailure(level: Level, subject: LogSubject, what: string, error: ErrorRecord): void {
  const text = `${error.name}: ${error.message}`;
  console[level](`${nameOf(subject)} ${what}: ${error.stack === undefined ? text : `${text}\n${error.stack}`}`);
}

function nameOf({ workflow, run, step }: LogSubject): string {
  return [
    `workflow ${workflow}`,
    run === undefined ? "" : ` run ${run}`,
    step === undefined ? "" : ` step ${step}`,
  ].join("");
}
