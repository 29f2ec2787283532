import type { RunView, WorkflowState } from "../../agent/protocol.ts";
import { type ActionState, type ActionStates, NO_ACTION } from "./action-states.ts";
import type { ConnectionStatus } from "./connection-status.ts";
import { newestRange, type ResultsRange } from "./results-range.ts";

/** All that a store knows at one moment. Immutable: whatever has not changed is the same object as before. */
export interface Snapshot {
  readonly connection: ConnectionStatus;
  /** Why there is no connection; null while there is one, and before the first attempt has failed. */
  readonly connectionError: Error | null;
  /** Null until it is known. */
  readonly state: WorkflowState | null;
  /** Runs that were asked for by id and that the state does not show; null for those that do not exist. */
  readonly lookups: ReadonlyMap<string, RunView | null>;
  /** Of runs of which more than the newest results are kept. */
  readonly ranges: ReadonlyMap<string, ResultsRange>;
  readonly actions: ActionStates;
}

/** What there is before anything is known, on a server as well. */
export const UNKNOWN: Snapshot = {
  connection: "connecting",
  connectionError: null,
  state: null,
  lookups: new Map(),
  ranges: new Map(),
  actions: new Map(),
};

/** What there is where nothing is wanted. */
export const DISABLED: Snapshot = { ...UNKNOWN, connection: "closed" };

/** - `loading`: not known yet. - `missing`: the agent has no such run */
export type Lookup = "loading" | "found" | "missing";

/** One run and all that belongs to it. */
export interface RunSlice {
  readonly run: RunView | null;
  readonly lookup: Lookup;
  readonly range: ResultsRange | null;
  readonly action: ActionState;
}

export function runById({ state, lookups }: Snapshot, id: string): RunView | null | undefined {
  return state?.runs.find((run) => run.id === id) ?? lookups.get(id);
}

/**
 * The run that was started last. The agent shows a cancelled one to clients of one run as none; who sees all runs sees
 * what has become of it.
 */
export function currentRun(state: WorkflowState | null): RunView | null {
  if (state === null) return null;
  const { workflowInstanceId: id, runs } = state;
  if (id !== null) return runs.find((run) => run.id === id) ?? null;
  const last = runs.reduce<RunView | null>((a, b) => (a === null || b.startedAt > a.startedAt ? b : a), null);
  return last?.status === "cancelled" ? last : null;
}

export function sliceOf(snapshot: Snapshot, id: string | null): RunSlice {
  const run = id === null ? undefined : runById(snapshot, id);
  const { ranges, actions } = snapshot;
  return {
    run: run ?? null,
    lookup: run === undefined ? "loading" : run === null ? "missing" : "found",
    range: run ? (ranges.get(run.id) ?? newestRange(run)) : null,
    action: (id !== null && actions.get(id)) || NO_ACTION,
  };
}
