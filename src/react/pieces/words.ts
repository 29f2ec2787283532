import type { WorkflowRun } from "../types.ts";

/** What a run is doing, for people: `Checking rows`, `Waiting for approval`, `Failed: the file is empty`. */
export function describeRun(run: WorkflowRun): string {
  return WORDS[run.status](run);
}

const WORDS: Record<WorkflowRun["status"], (run: WorkflowRun) => string> = {
  running: ({ step, waitingFor: [wait] }) => (wait === undefined ? (step ?? "Running") : `Waiting for ${wait.event}`),
  paused: () => "Paused",
  complete: () => "Complete",
  error: ({ error }) => (error === null ? "Failed" : `Failed: ${error}`),
  cancelled: () => "Cancelled",
};

/** 0 to 100, whole. */
export function percentOf({ progress }: WorkflowRun): number {
  return Math.round(Math.min(100, Math.max(0, progress)));
}
