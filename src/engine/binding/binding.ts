import {
  type BatchError,
  type BatchOptions,
  checkParams,
  type CreateOptions,
  MAX_BATCH,
  requestOf,
  requestsOfArray,
  requestsOfObject,
  sortOut,
} from "./batch.ts";
import { rememberFetchFailures } from "../base/fetch-failures.ts";
import { isAddressableId } from "../base/ids.ts";
import { WorkflowInstanceHandle } from "./instance.ts";
import { type CreateRequest, REFUSAL } from "../protocol.ts";
import { type Caller, refused, Route } from "../base/route.ts";
import { shardOf } from "../base/shard-of.ts";

/** What the generated entry tells about the bindings. */
export interface BindingOptions {
  shards: number;
  workflows: readonly { binding: string; name: string }[];
}

/**
 * Puts a `Workflow` binding on `env` for each workflow. Called before the application's own modules run; `env` is the
 * object that handlers, Durable Objects and `import { env }` all see.
 */
export function bindWorkflows(env: object, { shards, workflows }: BindingOptions): void {
  if (workflows.length > 0) rememberFetchFailures(globalThis);
  for (const { binding, name } of workflows) {
    const value = new WorkflowBinding(new Route(env, name, shards));
    Object.defineProperty(env, binding, { value, enumerable: true, configurable: true, writable: true });
  }
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
  async create(options?: CreateOptions): Promise<WorkflowInstanceHandle> {
    const request = requestOf(options);
    const token = crypto.randomUUID();
    await this.#route.call(request.id, (stub) => stub.create(this.#route.workflow, request, token));
    return this.#handle(request.id);
  }

  /**
   * Up to 100 at once. In array form those whose id exists are skipped and absent from the result; in object form the
   * answer says what became of each.
   */
  async createBatch(batch: readonly CreateOptions[]): Promise<WorkflowInstanceHandle[]>;
  async createBatch(batch: BatchOptions): Promise<{ created: WorkflowInstanceHandle[]; errors: BatchError[] }>;
  async createBatch(batch: readonly CreateOptions[] | BatchOptions): Promise<unknown> {
    if (isArray(batch)) {
      const { created } = await this.#createAll(requestsOfArray(batch));
      return created.map((id) => this.#handle(id));
    }
    const { created, errors } = await this.#createAll(requestsOfObject(batch));
    return { created: created.map((id) => this.#handle(id)), errors };
  }

  async #createAll(requests: CreateRequest[]): Promise<{ created: string[]; errors: BatchError[] }> {
    checkParams(requests);
    const token = crypto.randomUUID();
    const replies = await this.#route.scatter(
      requests,
      ({ id }) => id,
      (stub, group) => stub.createBatch(this.#route.workflow, group, token),
    );
    const made = new Set<string>();
    for (const reply of replies) {
      if (!reply.ok) throw refused(reply.refusal);
      for (const id of reply.value) made.add(id);
    }
    return sortOut(requests, made);
  }

  /** @throws `instance.not_found` */
  async get(id: string): Promise<WorkflowInstanceHandle> {
    if (typeof id !== "string") throw refused(REFUSAL.notFound);
    const { workflow, shards } = this.#route;
    const exists = await this.#route.send(shardOf(workflow, id, shards), (stub) => stub.exists(workflow, id), "read");
    if (!exists) throw refused(REFUSAL.notFound);
    return this.#handle(id);
  }

  /** Deletes up to 100 instances, whatever their state; the answer has one entry per position (spec §3.5). */
  async deleteBatch(
    ids: readonly string[],
  ): Promise<{ deleted: { id: string }[]; errors: { id: string; code: number; message: string }[] }> {
    if (!Array.isArray(ids)) throw refused("(body) Provided argument is invalid");
    if (ids.length > MAX_BATCH) throw refused("(body) batchDeleteInstances only supports 100 instances at a time");
    if (ids.length === 0) throw refused("(body) batchDeleteInstances should have at least 1 instance");
    if (!ids.every((id) => isAddressableId(id))) throw refused(REFUSAL.invalidIdInBody);
    const deleted = await this.#route.scatter(
      [...new Set<string>(ids)],
      (id) => id,
      async (stub, group, repeated) => {
        const found = await stub.deleteBatch(this.#route.workflow, group);
        // What a call whose answer was lost has deleted is not there any more, and deleted all the same.
        return repeated ? group : found;
      },
    );
    const gone = new Set(deleted.flat());
    return {
      deleted: ids.filter((id) => gone.has(id)).map((id: string) => ({ id })),
      errors: ids
        .filter((id) => !gone.has(id))
        .map((id: string) => ({ id, code: 10400, message: "workflows.api.error.instance.not_found" })),
    };
  }

  #handle(id: string): WorkflowInstanceHandle {
    return new WorkflowInstanceHandle(this.#route, id);
  }
}

function isArray(batch: readonly CreateOptions[] | BatchOptions): batch is readonly CreateOptions[] {
  return Array.isArray(batch);
}
