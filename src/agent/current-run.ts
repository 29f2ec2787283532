import type { CurrentRun, RunView, WorkflowState } from "./protocol.ts";

/** The state of an agent that has not run anything. An application that adds fields of its own spreads it into theirs. */
export const initialWorkflowState: WorkflowState = {
  status: "idle",
  currentStep: null,
  progress: 0,
  results: [],
  workflowInstanceId: null,
  error: null,
  lastUpdated: null,
  totalResults: 0,
  runs: [],
  totalRuns: 0,
};

/** The fields for clients that follow one run, made from the view of the current one. */
export function currentRunFields(run: RunView | undefined): CurrentRun & { totalResults: number } {
  if (run === undefined) {
    const { runs: _runs, totalRuns: _totalRuns, ...idle } = initialWorkflowState;
    return idle;
  }
  const isCancelled = run.status === "cancelled";
  return {
    status: run.status === "cancelled" ? "idle" : run.status,
    currentStep: run.step,
    progress: run.progress,
    results: run.results,
    // Nothing more can be asked of a cancelled run, so clients that follow one run are free to start another.
    workflowInstanceId: isCancelled ? null : run.id,
    error: run.error,
    lastUpdated: new Date(run.updatedAt).toISOString(),
    totalResults: run.totalResults,
  };
}
