import { nameOf } from "../base/ids.ts";
import { checkSubscribeOptions, type SubscribeOptions, WorkflowSubscription } from "./subscription.ts";
import type { EngineStub, HistoryPage, HistoryQuery, InstanceStatus, Reply, RestartFrom } from "../protocol.ts";
import type { Route } from "../base/route.ts";

/** What `create` and `get` return (spec §4). */
export class WorkflowInstanceHandle {
  readonly id: string;
  readonly #route: Route;

  constructor(route: Route, id: string) {
    this.id = id;
    this.#route = route;
  }

  status(): Promise<InstanceStatus> {
    return this.#call((stub, workflow) => stub.status(workflow, this.id), "read");
  }

  /** Resolves when the request is on disk; step callbacks in flight still run to their end. */
  async pause(): Promise<void> {
    await this.#call((stub, workflow) => stub.pause(workflow, this.id));
  }

  async resume(): Promise<void> {
    await this.#call((stub, workflow) => stub.resume(workflow, this.id));
  }

  /**
   * With `rollback`, the rollback handlers of the steps that have started are called first, in the background.
   * @throws `(instance.cannot_terminate) …` when it has ended
   */
  async terminate(options?: { rollback?: boolean }): Promise<void> {
    const token = crypto.randomUUID();
    const rollback = options?.rollback === true;
    await this.#call((stub, workflow) => stub.terminate(workflow, this.id, rollback, token));
  }

  /** From the beginning, or from one step on, with the same id, payload and timestamp. */
  async restart(options?: {
    from?: { name: string; count?: number; type?: RestartFrom["type"] } | null;
  }): Promise<void> {
    const given = options?.from ?? null;
    const from = given && { name: nameOf(given.name), count: given.count ?? 1, type: given.type ?? "do" };
    await this.#call((stub, workflow) => stub.restart(workflow, this.id, from));
  }

  /** Kept until a `waitForEvent` of its type takes it. */
  async sendEvent(event: { type: string; payload?: unknown }): Promise<void> {
    if (typeof event !== "object" || event === null) throw new TypeError("sendEvent expects { type, payload }");
    const { type, payload } = event;
    const token = crypto.randomUUID();
    await this.#call((stub, workflow) => stub.sendEvent(workflow, this.id, { type, payload }, token));
  }

  /** The history of the instance and what happens from now on, to its end. @throws on options that are none */
  async subscribe(options?: SubscribeOptions): Promise<WorkflowSubscription> {
    const checked = checkSubscribeOptions(options);
    await this.status();
    const read = (query: HistoryQuery): Promise<HistoryPage> =>
      this.#call((stub, workflow) => stub.history(workflow, this.id, query), "read");
    return new WorkflowSubscription(read, checked);
  }

  /** Stops it and forgets everything of it; the id is free again. @throws `(instance.not_found) …` */
  async delete(): Promise<void> {
    const { workflow } = this.#route;
    await this.#route.call(this.id, (stub, repeated) => stub.delete(workflow, this.id, repeated));
  }

  #call<T>(
    call: (stub: EngineStub, workflow: string) => Promise<Reply<T>>,
    effect: "read" | "write" = "write",
  ): Promise<T> {
    return this.#route.call(this.id, (stub) => call(stub, this.#route.workflow), effect);
  }
}
