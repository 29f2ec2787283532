import { currentRunFields } from "./current-run.ts";
import type { RunChange, RunView, StateDelta, WorkflowState } from "./protocol.ts";

/**
 * The state after a delta. Runs that have not changed stay the same objects, so that who compares them by identity
 * renders only what is new.
 */
export function applyDelta<State extends WorkflowState>(state: State, delta: StateDelta): State {
  const gone = new Set([...(delta.gone ?? []), ...(delta.added ?? []).map(({ id }) => id)]);
  const changes = new Map((delta.changed ?? []).map((change) => [change.id, change]));
  const kept = state.runs.filter(({ id }) => !gone.has(id)).map((run) => withChange(run, changes.get(run.id)));
  // The newest first, as in a whole state.
  const runs = [...(delta.added ?? []), ...kept].toSorted((a, b) => b.number - a.number);
  const current = runs.find(({ id }) => id === delta.current);
  return { ...state, ...currentRunFields(current), runs, totalRuns: delta.totalRuns };
}

function withChange(run: RunView, change: RunChange | undefined): RunView {
  if (change === undefined) return run;
  const { results, ...fields } = change;
  if (results === undefined) return { ...run, ...fields };
  const { total, newest, kept } = results;
  // Those that are known already are not added again. When more are new than came, the older ones are unknown.
  const added = Math.max(0, total - run.totalResults);
  const all = added > newest.length ? newest : [...run.results, ...newest.slice(newest.length - added)];
  return { ...run, ...fields, totalResults: total, results: kept === 0 ? [] : all.slice(-kept) };
}
