import { useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import type { Snapshot } from "../store/snapshot.ts";
import { type Access, accessKey, createAccess, type UseWorkflowOptions } from "./access.ts";
import { AgentContext } from "./workflow-provider.tsx";

/** @throws where neither the hook nor a provider around it says which agent */
export function useAccess(own: Partial<UseWorkflowOptions> | undefined): Access {
  const given = useContext(AgentContext);
  const { agent, ...others } = { ...given, ...defined(own ?? {}) };
  if (agent === undefined) {
    throw new Error(
      'Which agent? Give the hook one, useWorkflow({ agent: "MyAgent" }), or put a <WorkflowProvider> around.',
    );
  }
  const options: UseWorkflowOptions = { agent, ...others };
  const key = accessKey(options);
  // Options are written in place as a rule, so they are other objects each time; their key says whether they differ.
  const access = useMemo(() => createAccess(key), [key]);
  // The newest function for the token is the one to call. This effect runs before the one that subscribes.
  useEffect(() => access.update(options));
  return access;
}

/** What is given as undefined is not said. */
function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** What `select` takes from the store, as the same object for as long as all its fields are the same. */
export function useSelected<T extends object>(
  access: Access,
  select: (snapshot: Snapshot) => T,
  runId: string | null,
): T {
  const source = useMemo(() => {
    const selected = remember(select);
    return {
      subscribe: (listener: () => void) => access.subscribe(listener, runId),
      client: () => selected(access.snapshot()),
      server: () => selected(access.serverSnapshot()),
    };
  }, [access, select, runId]);
  return useSyncExternalStore(source.subscribe, source.client, source.server);
}

function remember<T extends object>(select: (snapshot: Snapshot) => T): (snapshot: Snapshot) => T {
  let last: { from: Snapshot; value: T } | undefined;
  return (from) => {
    if (last?.from === from) return last.value;
    const value = select(from);
    last = { from, value: last !== undefined && isSame(last.value, value) ? last.value : value };
    return last.value;
  };
}

function isSame<T extends object>(a: T, b: T): boolean {
  const entries = Object.entries(a);
  const others = new Map(Object.entries(b));
  return entries.length === others.size && entries.every(([name, value]) => Object.is(value, others.get(name)));
}
