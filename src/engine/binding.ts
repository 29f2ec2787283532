import { isCreatableId } from "./ids.ts";
import {
  type CreateRequest,
  type EngineStub,
  type InstanceStatus,
  REFUSAL,
  type Reply,
  type RestartFrom,
} from "./protocol.ts";
import { repeat } from "./repeat.ts";
import { shardName, shardOf } from "./shard-of.ts";
import { never } from "./never.ts";

/** What the generated entry tells about the bindings. */
export interface BindingOptions {
  shards: number;
  workflows: readonly { binding: string; name: string }[];
}

/** The binding of the engine's Durable Object namespace. */
const ENGINE = "PAWL_ENGINE";
const MAX_BATCH = 100;

/**
 * Puts a `Workflow` binding on `env` for each workflow. Called before the application's own modules run; `env` is the
 * object that handlers, Durable Objects and `import { env }` all see.
 */
export function bindWorkflows(env: object, { shards, workflows }: BindingOptions): void {
  for (const { binding, name } of workflows) {
    const value = new WorkflowBinding(new Route(env, name, shards));
    Object.defineProperty(env, binding, { value, enumerable: true, configurable: true, writable: true });
  }
}

/** The execution in whose `env` a binding lies. */
interface Caller {
  readonly alive: boolean;
}

/**
 * The `env` of one execution: the same things as everywhere, except that its workflow bindings know who calls, so that
 * code which terminates its own run stops there.
 */
export function envFor(env: unknown, caller: Caller): unknown {
  if (typeof env !== "object" || env === null) return env;
  const own: Record<string, unknown> = { ...env };
  for (const [name, value] of Object.entries(own)) {
    if (value instanceof WorkflowBinding) own[name] = value.calledFrom(caller);
  }
  return own;
}

/** The way from a binding to the shards of its workflow. */
class Route {
  readonly workflow: string;
  readonly shards: number;
  readonly #env: object;
  readonly #caller: Caller | undefined;

  constructor(env: object, workflow: string, shards: number, caller?: Caller) {
    this.#env = env;
    this.workflow = workflow;
    this.shards = shards;
    this.#caller = caller;
  }

  calledFrom(caller: Caller): Route {
    return new Route(this.#env, this.workflow, this.shards, caller);
  }

  async call<T>(id: string, call: (stub: EngineStub) => Promise<Reply<T>>): Promise<T> {
    const reply = await this.send(shardOf(this.workflow, id, this.shards), call);
    if (reply.ok) return reply.value;
    throw refused(reply.refusal);
  }

  async send<T>(shard: number, call: (stub: EngineStub) => Promise<T>): Promise<T> {
    const answer = await repeat(() => this.#connect(shard), call);
    // A run that has just ended or paused itself goes no further (spec §4.5, §4.6).
    return this.#caller?.alive === false ? never() : answer;
  }

  #connect(shard: number): EngineStub {
    const namespace: unknown = Reflect.get(this.#env, ENGINE);
    if (!isNamespace(namespace))
      throw new Error(`The binding ${ENGINE} is missing: this Worker was not started by Pawl.`);
    return namespace.get(namespace.idFromName(shardName(shard)));
  }
}

/** `env.MY_WORKFLOW` (spec §3). */
class WorkflowBinding {
  readonly #route: Route;

  constructor(route: Route) {
    this.#route = route;
  }

  calledFrom(caller: Caller): WorkflowBinding {
    return new WorkflowBinding(this.#route.calledFrom(caller));
  }

  /**
   * Starts an instance. Resolves when it is on disk.
   * @throws when the id is invalid or taken, or the params cannot be kept
   */
  async create(options?: { id?: string; params?: unknown }): Promise<WorkflowInstanceHandle> {
    const request = requestOf(options);
    const token = crypto.randomUUID();
    await this.#route.call(request.id, (stub) => stub.create(this.#route.workflow, request, token));
    return new WorkflowInstanceHandle(this.#route, request.id);
  }

  /** Up to 100 at once; those whose id exists are skipped and absent from the result. */
  async createBatch(batch: readonly { id?: string; params?: unknown }[]): Promise<WorkflowInstanceHandle[]> {
    if (!Array.isArray(batch)) throw new TypeError("createBatch expects an array of { id?, params? }");
    if (batch.length === 0) throw refused(REFUSAL.emptyBatch);
    if (batch.length > MAX_BATCH) throw refused(REFUSAL.largeBatch);
    const requests = batch.map((options) => requestOf(options));
    const { workflow, shards } = this.#route;
    const groups = new Map<number, CreateRequest[]>();
    for (const request of requests) {
      const shard = shardOf(workflow, request.id, shards);
      const group = groups.get(shard);
      if (group === undefined) groups.set(shard, [request]);
      else group.push(request);
    }
    const token = crypto.randomUUID();
    const replies = await Promise.all(
      Array.from(groups, ([shard, group]) =>
        this.#route.send(shard, (stub) => stub.createBatch(workflow, group, token)),
      ),
    );
    const created = new Set<string>();
    for (const reply of replies) {
      if (!reply.ok) throw refused(reply.refusal);
      for (const id of reply.value) created.add(id);
    }
    const order = new Set(requests.map(({ id }) => id));
    return Array.from(order)
      .filter((id) => created.has(id))
      .map((id) => new WorkflowInstanceHandle(this.#route, id));
  }

  /** @throws `(instance.not_found) …` */
  async get(id: string): Promise<WorkflowInstanceHandle> {
    if (typeof id !== "string") throw refused(REFUSAL.notFound);
    const { workflow, shards } = this.#route;
    if (!(await this.#route.send(shardOf(workflow, id, shards), (stub) => stub.exists(workflow, id)))) {
      throw refused(REFUSAL.notFound);
    }
    return new WorkflowInstanceHandle(this.#route, id);
  }
}

/** What `create` and `get` return (spec §4). */
class WorkflowInstanceHandle {
  readonly id: string;
  readonly #route: Route;

  constructor(route: Route, id: string) {
    this.id = id;
    this.#route = route;
  }

  status(): Promise<InstanceStatus> {
    return this.#call((stub, workflow) => stub.status(workflow, this.id));
  }

  /** Resolves when the request is on disk; step callbacks in flight still run to their end. */
  async pause(): Promise<void> {
    await this.#call((stub, workflow) => stub.pause(workflow, this.id));
  }

  async resume(): Promise<void> {
    await this.#call((stub, workflow) => stub.resume(workflow, this.id));
  }

  /** @throws `(instance.cannot_terminate) …` when it has ended */
  async terminate(): Promise<void> {
    const token = crypto.randomUUID();
    await this.#call((stub, workflow) => stub.terminate(workflow, this.id, token));
  }

  /** From the beginning, or from one step on, with the same id, payload and timestamp. */
  async restart(options?: { from?: { name: string; count?: number; type?: RestartFrom["type"] } }): Promise<void> {
    const given = options?.from;
    const from = given === undefined ? null : { name: given.name, count: given.count ?? 1, type: given.type ?? "do" };
    await this.#call((stub, workflow) => stub.restart(workflow, this.id, from));
  }

  /** Kept until a `waitForEvent` of its type takes it. */
  async sendEvent(event: { type: string; payload?: unknown }): Promise<void> {
    if (typeof event !== "object" || event === null) throw new TypeError("sendEvent expects { type, payload }");
    const { type, payload } = event;
    const token = crypto.randomUUID();
    await this.#call((stub, workflow) => stub.sendEvent(workflow, this.id, { type, payload }, token));
  }

  #call<T>(call: (stub: EngineStub, workflow: string) => Promise<Reply<T>>): Promise<T> {
    return this.#route.call(this.id, (stub) => call(stub, this.#route.workflow));
  }
}

function requestOf(options: { id?: string; params?: unknown } | undefined): CreateRequest {
  const { id = crypto.randomUUID(), params = {} } = options ?? {};
  if (!isCreatableId(id)) throw refused(REFUSAL.invalidId);
  return { id, params };
}

/** As callers on Cloudflare see it after RPC, and match on. */
function refused(text: string): Error {
  return new Error(`WorkflowError: ${text}`);
}

interface EngineNamespace {
  idFromName(name: string): object;
  get(id: object): EngineStub;
}

function isNamespace(value: unknown): value is EngineNamespace {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "idFromName") === "function";
}
