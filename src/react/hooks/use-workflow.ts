import { useMemo } from "react";
import type { RunsPage, StartMessage } from "../../agent/protocol.ts";
import { randomHex } from "../store/requests.ts";
import { currentRun, type Snapshot } from "../store/snapshot.ts";
import type { WorkflowStore } from "../store/workflow-store.ts";
import type { ParamsOf, RunOf, StateOf, WorkflowTypes } from "../types.ts";
import type { Access, UseWorkflowOptions } from "./access.ts";
import { CLOSED, createRunActions, fail, type RunActions, shown } from "./run-actions.ts";
import { createRunHandle, type RunHandle, type RunSelection, selectRun } from "./run-handle.ts";
import { useAccess, useSelected } from "./use-access.ts";

export interface StartOptions {
  /** Id of the run, which must not have been used: 1 to 100 letters, digits, `_` and `-`. Default: one drawn at random. */
  id?: string | undefined;
  /** Which of the agent's workflows. Default: its first. */
  workflow?: string | undefined;
  /** `taskId` in the run's params. Default: the id. */
  taskId?: string | undefined;
}

/** Params that must have something must be given. */
type StartArgs<Params> =
  Partial<Params> extends Params ? [params?: Params, options?: StartOptions] : [params: Params, options?: StartOptions];

/** An agent and its runs. What is said of one run, and done to one, is about the current one. */
export interface UseWorkflow<T> extends RunHandle<T> {
  /** The run that was started last; null before the first. */
  run: RunOf<T> | null;
  /** Every run under way and the newest that have ended; the newest first. */
  runs: readonly RunOf<T>[];
  /** How many runs the agent knows. */
  totalRuns: number;
  /** A page of the agent's runs, without their results: those with a smaller number than `before`, the newest first. */
  loadRuns: (page?: { before?: number; limit?: number }) => Promise<RunsPage>;
  /** The agent's whole state, fields of the application included; null until it is known. */
  state: StateOf<T> | null;
  /** Resolves with the id of the run. */
  start: (...args: StartArgs<ParamsOf<T>>) => Promise<string>;
  /** What can be done to any of the runs. */
  actionsOf: (runId: string) => RunActions<T>;
}

/**
 * The runs of an agent, kept up to date, and what can be done with them. All hooks of a page that mean the same agent
 * share one connection.
 *
 * @param options which agent; what is left out is taken from the `<WorkflowProvider>` around
 */
export function useWorkflow<T extends WorkflowTypes = WorkflowTypes>(
  options?: Partial<UseWorkflowOptions>,
): UseWorkflow<T> {
  const access = useAccess(options);
  const selection = useSelected(access, selectCurrent, null);
  const { current, start, loadRuns, actionsOf } = useMemo(() => createActions<T>(access), [access]);
  return useMemo(() => {
    const { lookup: _lookup, ...handle } = createRunHandle(selection, current, access.store);
    const { state } = selection;
    return {
      ...handle,
      runs: (state?.runs ?? []) as readonly RunOf<T>[],
      totalRuns: state?.totalRuns ?? 0,
      state: state as StateOf<T> | null,
      start,
      loadRuns,
      actionsOf,
    };
  }, [selection, current, access.store, start, loadRuns, actionsOf]);
}

function selectCurrent(snapshot: Snapshot): RunSelection & Pick<Snapshot, "state"> {
  const { state } = snapshot;
  return { ...selectRun(snapshot, currentRun(state)?.id ?? null), state };
}

function createActions<T>(access: Access) {
  const currentId = (): string | null => currentRun(access.snapshot().state)?.id ?? null;
  return {
    current: createRunActions<T>(access.store, currentId),
    actionsOf: (runId: string) => createRunActions<T>(access.store, () => runId),
    start: (...[params, options = {}]: StartArgs<ParamsOf<T>>): Promise<string> => {
      const to = access.store();
      return to === undefined ? fail("closed", CLOSED, "start") : shown(startRun(to, params, options));
    },
    loadRuns: async ({ before, limit }: { before?: number; limit?: number } = {}): Promise<RunsPage> => {
      const to = access.store();
      return to === undefined ? fail("closed", CLOSED, "runs") : to.runs(before, limit);
    },
  };
}

async function startRun(
  store: WorkflowStore,
  params: object | undefined,
  { id = randomHex(16), workflow, taskId }: StartOptions,
): Promise<string> {
  // With an id, a start whose answer was lost can be asked for again: it starts one run.
  const message: StartMessage = {
    type: "start",
    instanceId: id,
    ...(params !== undefined && { params: { ...params } }),
    ...(workflow !== undefined && { workflow }),
    ...(taskId !== undefined && { taskId }),
  };
  await store.act("start", "", message);
  return id;
}
