import type { WorkflowState } from "../protocol.ts";

const COMPARED = [
  "status",
  "currentStep",
  "progress",
  "workflowInstanceId",
  "error",
  "totalRuns",
  "totalResults",
] as const;

/**
 * Whether somebody means to change the fields of the runs with a new state. Who spreads a state of before over what has
 * happened since does not mean to: that one is older.
 */
export function changesRunFields(before: WorkflowState, next: Partial<WorkflowState>): boolean {
  if ((next.lastUpdated ?? "") < (before.lastUpdated ?? "")) return false;
  return COMPARED.some((field) => field in next && next[field] !== before[field]) || hasOtherResults(before, next);
}

function hasOtherResults(before: WorkflowState, { results }: Partial<WorkflowState>): boolean {
  return results !== undefined && results.length !== before.results.length;
}
