import type { RunView, Wait, WorkflowState } from "../../agent/protocol.ts";
import { currentRunFields } from "../../agent/current-run.ts";

/** A run as an agent would show it. */
export function runView(number: number, more: Partial<RunView> = {}): RunView {
  const results = more.results ?? [];
  return {
    id: `run-${number}`,
    number,
    workflow: "WORK",
    status: "running",
    step: null,
    progress: 0,
    results,
    totalResults: results.length,
    error: null,
    waitingFor: [],
    startedAt: 1000 * number,
    updatedAt: 1000 * number,
    endedAt: null,
    ...more,
  };
}

export function waitFor(event: string, more: Partial<Wait> = {}): Wait {
  return { step: "wait", event, since: 1000, until: null, ...more };
}

/** The state of an agent with these runs, of which the first is the current one. */
export function stateOf(runs: RunView[], current: RunView | undefined = runs[0]): WorkflowState {
  return { ...currentRunFields(current), runs, totalRuns: runs.length };
}
