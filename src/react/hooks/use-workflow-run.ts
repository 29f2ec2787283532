import { useCallback, useMemo } from "react";
import type { Lookup, Snapshot } from "../store/snapshot.ts";
import type { WorkflowTypes } from "../types.ts";
import type { UseWorkflowOptions } from "./access.ts";
import { createRunActions } from "./run-actions.ts";
import { createRunHandle, type RunHandle, selectRun } from "./run-handle.ts";
import { useAccess, useSelected } from "./use-access.ts";

export interface UseWorkflowRun<T> extends RunHandle<T> {
  /**
   * - `loading`: not known yet; `run` is null
   * - `found`: `run` is there, and stays up to date
   * - `missing`: the agent has no run of this id, or none that one may see; `run` is null
   */
  lookup: Lookup;
}

/**
 * One run of an agent, by its id, whether it is the current one, an earlier one, or so old that the agent's state does
 * not show it any more. Renders again when this run changes, and not for others.
 *
 * @param id null for none yet
 * @param options which agent; what is left out is taken from the `<WorkflowProvider>` around
 */
export function useWorkflowRun<T extends WorkflowTypes = WorkflowTypes>(
  id: string | null,
  options?: Partial<UseWorkflowOptions>,
): UseWorkflowRun<T> {
  const access = useAccess(options);
  const select = useCallback((snapshot: Snapshot) => selectRun(snapshot, id), [id]);
  const selection = useSelected(access, select, id);
  const actions = useMemo(() => createRunActions<T>(access.store, () => id), [access, id]);
  return useMemo(() => createRunHandle(selection, actions, access.store), [selection, actions, access]);
}
