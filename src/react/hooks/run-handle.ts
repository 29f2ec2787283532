import type { WorkflowError } from "../errors.ts";
import { type ActionName, type ActionState, NO_ACTION } from "../store/action-states.ts";
import type { ConnectionStatus } from "../store/connection-status.ts";
import { type Lookup, type RunSlice, sliceOf, type Snapshot } from "../store/snapshot.ts";
import type { WorkflowStore } from "../store/workflow-store.ts";
import type { ResultOf, RunOf } from "../types.ts";
import { CLOSED, fail, type RunActions, shown } from "./run-actions.ts";

/** Which actions have been asked for and are not answered yet. */
export type Pending = Readonly<Record<ActionName, boolean>>;

/** The results of a run that are known here: the newest, and as many before them as were loaded. */
export interface Results<Result> {
  /** Oldest first, without holes, to the newest. */
  items: readonly Result[];
  /** Place of the first of `items`; 0 is the run's first result. */
  from: number;
  /** How many the run has. */
  total: number;
  hasEarlier: boolean;
  isLoading: boolean;
  /** Adds a page of up to `limit` (default 50, at most 200) results before those that are there. */
  loadEarlier: (limit?: number) => Promise<void>;
}

/** A run with all that can be done to it. The parts `<ApprovalPrompt>` and others take it as it is. */
export interface RunHandle<T> extends RunActions<T> {
  run: RunOf<T> | null;
  connection: ConnectionStatus;
  /** Why there is no connection; null while there is one. */
  connectionError: Error | null;
  /** Tries again, at once; after the server has refused the connection as well. */
  reconnect: () => void;
  pending: Pending;
  /** What went wrong last, until something succeeds or `clearError` is called. */
  error: WorkflowError | null;
  results: Results<ResultOf<T>>;
}

/** What a component takes from the store for one run. */
export interface RunSelection extends RunSlice {
  readonly runId: string | null;
  readonly connection: ConnectionStatus;
  readonly connectionError: Error | null;
  /** What is about no run: `start`. */
  readonly general: ActionState;
}

export function selectRun(snapshot: Snapshot, runId: string | null): RunSelection {
  const { connection, connectionError, actions } = snapshot;
  return { ...sliceOf(snapshot, runId), runId, connection, connectionError, general: actions.get("") ?? NO_ACTION };
}

export function createRunHandle<T>(
  selection: RunSelection,
  actions: RunActions<T>,
  store: () => WorkflowStore | undefined,
): RunHandle<T> & { lookup: Lookup } {
  const { run, lookup, range, runId, connection, connectionError, action, general } = selection;
  const newer = general.errorNumber > action.errorNumber ? general : action;
  const { items = [], from = 0 } = range ?? {};
  return {
    ...actions,
    // The agent's promise: what its runs report is what the application's types say.
    run: run as RunOf<T> | null,
    lookup,
    connection,
    connectionError,
    reconnect: () => store()?.reopen(),
    pending: pendingOf(action, general),
    error: newer.error,
    results: {
      items: items as readonly ResultOf<T>[],
      from,
      total: run?.totalResults ?? 0,
      hasEarlier: from > 0,
      isLoading: (action.pending.load ?? 0) > 0,
      loadEarlier: (limit = 50) => {
        const to = store();
        if (to === undefined) return fail("closed", CLOSED, "load", runId);
        if (runId === null) return fail("no_run", "There is no current run, so there are no results.", "load");
        return shown(to.loadEarlier(runId, limit));
      },
    },
  };
}

function pendingOf(action: ActionState, general: ActionState): Pending {
  const is = (name: ActionName): boolean => (action.pending[name] ?? 0) + (general.pending[name] ?? 0) > 0;
  return {
    start: is("start"),
    pause: is("pause"),
    resume: is("resume"),
    cancel: is("cancel"),
    restart: is("restart"),
    approve: is("approve"),
    reject: is("reject"),
    send: is("send"),
    remove: is("remove"),
    load: is("load"),
  };
}
