import { type AgentOptions, keyOf } from "../store/address.ts";
import { registry } from "../store/registry.ts";
import { DISABLED, type Snapshot, UNKNOWN } from "../store/snapshot.ts";
import type { WorkflowStore } from "../store/workflow-store.ts";

/** Where the agent is, and whether to connect to it. */
export interface UseWorkflowOptions extends AgentOptions {
  /** False: do not connect, and show nothing. Default: true. */
  enabled?: boolean | undefined;
}

/** A component's way to the store that its options name, which exists while somebody is subscribed to it. */
export interface Access {
  /** Before subscribing, and whenever the options are others of the same key. */
  update: (options: UseWorkflowOptions) => void;
  store: () => WorkflowStore | undefined;
  snapshot: () => Snapshot;
  /** What there is on a server, and until hydration is over. */
  serverSnapshot: () => Snapshot;
  /** @param runId a run to keep known meanwhile */
  subscribe: (listener: () => void, runId: string | null) => () => void;
}

/** @returns null where nothing is to be connected */
export function accessKey(options: UseWorkflowOptions): string | null {
  return options.enabled === false ? null : keyOf(options);
}

export function createAccess(key: string | null): Access {
  if (key === null) {
    const snapshot = (): Snapshot => DISABLED;
    return { update: () => {}, store: () => undefined, snapshot, serverSnapshot: snapshot, subscribe: () => () => {} };
  }
  let options: UseWorkflowOptions | undefined;
  const store = (): WorkflowStore | undefined => registry.find(key);
  const newest = (): UseWorkflowOptions => {
    if (options === undefined) throw new Error("The options come before the subscription.");
    return options;
  };
  return {
    update: (next) => {
      options = next;
    },
    store,
    snapshot: () => store()?.getSnapshot() ?? UNKNOWN,
    serverSnapshot: () => UNKNOWN,
    subscribe: (listener, runId) => {
      const { store, release } = registry.acquire(key, newest);
      const unsubscribe = store.subscribe(listener);
      const unwatch = runId === null ? undefined : store.watch(runId);
      return () => {
        unwatch?.();
        unsubscribe();
        release();
      };
    },
  };
}
