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
export function logFailure(subject: LogSubject, what: string, error: ErrorRecord, thrown: unknown): void {
  const stack = thrown instanceof Error && typeof thrown.stack === "string" ? `\n${thrown.stack}` : "";
  console.error(`${nameOf(subject)} ${what}: ${error.name}: ${error.message}${stack}`);
}

function nameOf({ workflow, run, step }: LogSubject): string {
  return [
    `workflow ${workflow}`,
    run === undefined ? "" : ` run ${run}`,
    step === undefined ? "" : ` step ${step}`,
  ].join("");
}
