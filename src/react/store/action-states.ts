import type { WorkflowError } from "../errors.ts";

/** What can be done to a run, and `start`, as the hooks name it. */
export type ActionName =
  | "start"
  | "pause"
  | "resume"
  | "cancel"
  | "restart"
  | "approve"
  | "reject"
  | "send"
  | "remove"
  | "load";

/** What is under way for one run, and what has gone wrong last. */
export interface ActionState {
  /** How many of each have been asked for and are not answered. */
  readonly pending: Readonly<Partial<Record<ActionName, number>>>;
  readonly error: WorkflowError | null;
  /** Orders the errors of all runs in time. */
  readonly errorNumber: number;
}

/** By the run's id; what is about no run is under "". A run without an entry has nothing under way. */
export type ActionStates = ReadonlyMap<string, ActionState>;

export const NO_ACTION: ActionState = { pending: {}, error: null, errorNumber: 0 };

/** Errors of runs are kept until something succeeds there, or somebody clears them; of so many runs at most. */
const MAX_ERRORS = 100;

/** A new attempt forgets what went wrong before. */
export function begun(states: ActionStates, runId: string, action: ActionName): ActionStates {
  const { pending } = states.get(runId) ?? NO_ACTION;
  const count = (pending[action] ?? 0) + 1;
  return put(states, runId, { ...NO_ACTION, pending: { ...pending, [action]: count } });
}

export function ended(
  states: ActionStates,
  runId: string,
  action: ActionName,
  error: { error: WorkflowError; number: number } | null,
): ActionStates {
  const state = states.get(runId) ?? NO_ACTION;
  const { [action]: count = 1, ...others } = state.pending;
  const pending = count > 1 ? { ...others, [action]: count - 1 } : others;
  const outcome = error === null ? { error: null, errorNumber: 0 } : { error: error.error, errorNumber: error.number };
  return put(states, runId, { pending, ...outcome });
}

export function cleared(states: ActionStates, runId: string): ActionStates {
  const state = states.get(runId);
  return state === undefined || state.error === null
    ? states
    : put(states, runId, { ...NO_ACTION, pending: state.pending });
}

function put(states: ActionStates, runId: string, state: ActionState): ActionStates {
  const next = new Map(states);
  // Last in the map is what has changed last.
  next.delete(runId);
  if (state.error !== null || Object.keys(state.pending).length > 0) next.set(runId, state);
  for (const [id, { pending }] of next) {
    if (next.size <= MAX_ERRORS) break;
    if (Object.keys(pending).length === 0) next.delete(id);
  }
  return next;
}
