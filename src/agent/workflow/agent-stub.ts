import { isPlatformTransientError } from "agents";

/** Where a workflow's agent is, as the SDK writes it into the params. */
export interface Origin {
  binding: string;
  name: string;
}

/** @returns undefined when the params name no agent that can be addressed by its name alone */
export function originOf(payload: unknown): Origin | undefined {
  if (typeof payload !== "object" || payload === null) return undefined;
  const { __agentName: name, __agentBinding: binding, __agentOrigin: origin } = payload as Record<string, unknown>;
  if (typeof name !== "string" || typeof binding !== "string") return undefined;
  const kind = typeof origin === "object" && origin !== null ? Reflect.get(origin, "kind") : "agent";
  return kind === "agent" ? { binding, name } : undefined;
}

/**
 * The stub of an agent that is good for as long as the run: the platform leaves a stub broken when its object was moved
 * or reset, and every later call on it fails in the same way.
 */
export class AgentStub<Stub extends object> {
  readonly #origin: Origin | undefined;
  readonly #env: unknown;
  #stub: Stub;

  constructor(first: Stub, origin: Origin | undefined, env: unknown) {
    this.#stub = first;
    this.#origin = origin;
    this.#env = env;
  }

  get current(): Stub {
    return this.#stub;
  }

  /** To be told of every failure of a call. */
  failed(error: unknown): void {
    if (this.#origin === undefined || !isPlatformTransientError(error)) return;
    const { binding, name } = this.#origin;
    const namespace = (this.#env as Record<string, DurableObjectNamespace | undefined>)[binding];
    // The one that the SDK has got came from the same namespace.
    if (namespace !== undefined) this.#stub = namespace.get(namespace.idFromName(name)) as unknown as Stub;
  }
}
