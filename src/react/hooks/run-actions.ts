import type { ApproveMessage, ClientMessage } from "../../agent/protocol.ts";
import { WorkflowError } from "../errors.ts";
import type { ActionName } from "../store/action-states.ts";
import type { WorkflowStore } from "../store/workflow-store.ts";
import type { EventsOf } from "../types.ts";

/** An answer to a run that waits for approval. */
export interface ApproveOptions {
  /** Type of the event that the run waits for. Default: `approval`. */
  event?: string | undefined;
  /** Reaches the workflow. */
  reason?: string | undefined;
  metadata?: Record<string, unknown> | undefined;
}

export type RejectOptions = Omit<ApproveOptions, "metadata">;

/** What comes with an event: nothing for those without payload. */
type PayloadOf<Payload> = undefined extends Payload ? [payload?: Payload] : [payload: Payload];

/**
 * What can be done to one run. Each resolves when the agent has done it, and rejects with a {@link WorkflowError}. The
 * error is shown by the hooks as well, so a promise that nobody looks at does no harm.
 */
export interface RunActions<T> {
  pause: () => Promise<void>;
  resume: () => Promise<void>;
  cancel: () => Promise<void>;
  /** From the beginning. */
  restart: () => Promise<void>;
  approve: (options?: ApproveOptions) => Promise<void>;
  reject: (options?: RejectOptions) => Promise<void>;
  /** Sends an event. */
  send: <Type extends keyof EventsOf<T> & string>(
    type: Type,
    ...payload: PayloadOf<EventsOf<T>[Type]>
  ) => Promise<void>;
  /** Makes the agent forget a run that has ended, with its results. */
  remove: () => Promise<void>;
  /** Forgets what has gone wrong last. */
  clearError: () => void;
}

/** @param runIdOf the run that is meant at the moment of the call */
export function createRunActions<T>(
  store: () => WorkflowStore | undefined,
  runIdOf: () => string | null,
): RunActions<T> {
  const act = (action: ActionName, make: (instanceId: string) => ClientMessage): Promise<void> => {
    const runId = runIdOf();
    const to = store();
    if (to === undefined) return fail("closed", CLOSED, action, runId);
    if (runId === null) return fail("no_run", `There is no current run, so there is nothing to ${action}.`, action);
    return shown(to.act(action, runId, make(runId)).then(() => {}));
  };
  return {
    pause: () => act("pause", (instanceId) => ({ type: "pause", instanceId })),
    resume: () => act("resume", (instanceId) => ({ type: "resume", instanceId })),
    cancel: () => act("cancel", (instanceId) => ({ type: "cancel", instanceId })),
    restart: () => act("restart", (instanceId) => ({ type: "restart", instanceId })),
    approve: (options = {}) =>
      act("approve", (instanceId) => ({ type: "approve", instanceId, ...given(options, "metadata") })),
    reject: (options = {}) => act("reject", (instanceId) => ({ type: "reject", instanceId, ...given(options) })),
    send: (type, ...[payload]) =>
      act("send", (instanceId) => ({
        type: "sendEvent",
        instanceId,
        event: { type, ...(payload !== undefined && { payload }) },
      })),
    remove: () => act("remove", (instanceId) => ({ type: "delete", instanceId })),
    clearError: () => {
      store()?.forgetError(runIdOf() ?? "");
      store()?.forgetError("");
    },
  };
}

export const CLOSED = "There is no connection to the agent: the hook is not mounted, or not enabled.";

export function fail(code: "no_run" | "closed", text: string, action: string, runId: string | null = null) {
  return Promise.reject(new WorkflowError(code, text, { action, runId }));
}

/** A promise whose error is shown elsewhere: not looked at, it is no unhandled rejection. */
export function shown<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

type Given = Pick<ApproveMessage, "event" | "reason" | "metadata">;

// Taken by name: used as an event handler, `approve` would be given an event of the browser's.
function given(options: ApproveOptions, ...more: "metadata"[]): Given {
  const names = ["event", "reason", ...more] as const;
  return Object.fromEntries(names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));
}
