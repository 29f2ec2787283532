import { applyDelta } from "../../agent/apply-delta.ts";
import type { RunView, StateDelta, WorkflowState } from "../../agent/protocol.ts";

/** A whole state has come. What is as it was stays the same object, so that nothing is rendered for it. */
export function withState(known: WorkflowState | null, state: WorkflowState): WorkflowState {
  if (known === null) return state;
  const before = new Map(known.runs.map((run) => [run.id, run]));
  const next = { ...state, runs: state.runs.map((run) => sameOr(before.get(run.id), run)) };
  return JSON.stringify(known) === JSON.stringify(next) ? known : next;
}

/**
 * A delta has come.
 *
 * @returns the state after it, and whether the delta speaks of something that this state does not have, so that the
 *   whole state must be asked for
 */
export function withDelta(known: WorkflowState, delta: StateDelta): { state: WorkflowState; isIncomplete: boolean } {
  const ids = new Set(known.runs.map(({ id }) => id));
  const isUnknown = (delta.changed ?? []).some(({ id }) => !ids.has(id));
  const state = applyDelta(known, delta);
  return { state, isIncomplete: isUnknown || state.runs.length > state.totalRuns };
}

function sameOr(before: RunView | undefined, run: RunView): RunView {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(run) ? before : run;
}
