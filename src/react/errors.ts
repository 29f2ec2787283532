import type { ErrorCode } from "../agent/protocol.ts";

/** What can go wrong on the way to the agent and back; see {@link ErrorCode} for what the agent itself refuses. */
export type ClientErrorCode =
  /** The connection was lost before the answer. It may have been done all the same; the run's state shows it. */
  | "lost"
  /** It waited for a connection in vain, and was not sent. */
  | "not_sent"
  /** It was sent and not answered in time. */
  | "timeout"
  /** The connection is closed for good, or nothing is mounted that holds it. */
  | "closed"
  /** There is no current run that it could be about. */
  | "no_run";

export type WorkflowErrorCode = ErrorCode | ClientErrorCode;

/** Why something that was asked of an agent was not done. Its message can be shown to people. */
export class WorkflowError extends Error {
  readonly code: WorkflowErrorCode;
  /** What was asked for, by the name of the function of the hook. */
  readonly action: string;
  /** The run it was about; null for those about no run. */
  readonly runId: string | null;

  constructor(
    code: WorkflowErrorCode,
    message: string,
    about: { action: string; runId?: string | null },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "WorkflowError";
    this.code = code;
    this.action = about.action;
    this.runId = about.runId ?? null;
  }
}

/** @returns the value as an error, for what promises of other people's code reject with */
export function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}

/** For what is done without anybody waiting, where an answer that does not come needs nothing. Faults go on. */
export function ignoreWorkflowError(error: unknown): void {
  if (!(error instanceof WorkflowError)) throw error;
}
