import type { RestartFrom } from "../engine/protocol.ts";
import type { AwaitAnswer, Awaited, Modifications } from "../engine/testing/test-protocol.ts";
import type { Engine } from "./engine.ts";

export type WorkflowStatusName =
  | "queued"
  | "running"
  | "paused"
  | "errored"
  | "terminated"
  | "complete"
  | "waitingForPause"
  | "waiting"
  | "rollingBack"
  | "unknown";

export interface InstanceStatus {
  readonly status: WorkflowStatusName;
  readonly error?: { readonly name: string; readonly message: string };
  readonly output: unknown;
  readonly rollback?: {
    readonly outcome: "complete" | "failed";
    readonly error: { readonly name: string; readonly message: string } | null;
  };
}

export interface TestCreateOptions<Params> {
  readonly id?: string;
  readonly params?: Params;
  readonly retention?: { readonly successRetention?: number | string; readonly errorRetention?: number | string };
}

/** What the code of the application reaches as `env.<binding>`, reached from a test. */
export interface TestWorkflow<Params = unknown> {
  readonly binding: string;
  /** The workflow's configured name. */
  readonly name: string;
  create(options?: TestCreateOptions<Params>): Promise<TestWorkflowInstance>;
  /** Up to 100 at once; those whose id exists are left out. */
  createBatch(batch: readonly TestCreateOptions<Params>[]): Promise<TestWorkflowInstance[]>;
  /** @throws `instance.not_found` */
  get(id: string): Promise<TestWorkflowInstance>;
}

/** One instance, with the methods that the application's code has. */
export interface TestWorkflowInstance {
  readonly id: string;
  status(): Promise<InstanceStatus>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  terminate(options?: { readonly rollback?: boolean }): Promise<void>;
  restart(options?: {
    readonly from?: { readonly name: string; readonly count?: number; readonly type?: RestartFrom["type"] };
  }): Promise<void>;
  sendEvent(event: { readonly type: string; readonly payload?: unknown }): Promise<void>;
  delete(): Promise<void>;
  /**
   * Drops the run from memory and runs it again from the top, as a crash, a long sleep or a move does: what is recorded
   * returns from the journal, a step under way begins another attempt. @throws when it is paused, queued or at its end.
   */
  evict(): Promise<void>;
}

/** A workflow of the server; `introspectWorkflow` and its kin work on these. */
export class WorkflowHandle<Params = unknown> implements TestWorkflow<Params> {
  readonly binding: string;
  readonly name: string;
  readonly #engine: Engine;

  constructor(engine: Engine, { binding, name }: { readonly binding: string; readonly name: string }) {
    this.binding = binding;
    this.name = name;
    this.#engine = engine;
  }

  async create(options?: TestCreateOptions<Params>): Promise<TestWorkflowInstance> {
    const { id } = (await this.call("create", options === undefined ? [] : [options])) as { id: string };
    return this.instance(id);
  }

  async createBatch(batch: readonly TestCreateOptions<Params>[]): Promise<TestWorkflowInstance[]> {
    const created = (await this.call("createBatch", [batch])) as { id: string }[];
    return created.map(({ id }) => this.instance(id));
  }

  async get(id: string): Promise<TestWorkflowInstance> {
    await this.call("get", [id]);
    return this.instance(id);
  }

  instance(id: string): TestWorkflowInstance {
    return new InstanceHandle(this, id);
  }

  /** The binding's own method, or that of an instance. @throws what the application's code would see */
  call(method: string, args: unknown[], id?: string): Promise<unknown> {
    return this.#engine.ask({ op: "call", binding: this.binding, method, args, ...(id !== undefined && { id }) });
  }

  async modify(id: string, modifications: Modifications | null): Promise<void> {
    await this.#engine.ask({ op: "modify", workflow: this.name, id, modifications });
  }

  async modifyAll(modifications: Modifications | null): Promise<void> {
    await this.#engine.ask({ op: "modifyAll", workflow: this.name, modifications });
  }

  async created(): Promise<string[]> {
    return (await this.#engine.ask({ op: "created", workflow: this.name })) as string[];
  }

  async evict(id: string): Promise<void> {
    if ((await this.#engine.ask({ op: "evict", workflow: this.name, id })) === true) return;
    const { status } = await this.instance(id).status();
    throw new Error(`Instance "${id}" cannot be evicted: it is "${status}", and so not in memory.`);
  }

  /** Not `pending`. @throws when the patience is over */
  await(id: string, what: Awaited, patienceMs?: number): Promise<Exclude<AwaitAnswer, { is: "pending" }>> {
    return this.#engine.await(this.name, id, what, patienceMs);
  }

  get sessions(): Set<string> {
    return this.#engine.sessions;
  }

  get isGone(): boolean {
    return this.#engine.isStopped;
  }
}

class InstanceHandle implements TestWorkflowInstance {
  readonly id: string;
  readonly #workflow: WorkflowHandle;

  constructor(workflow: WorkflowHandle, id: string) {
    this.#workflow = workflow;
    this.id = id;
  }

  async status(): Promise<InstanceStatus> {
    return (await this.#call("status")) as InstanceStatus;
  }

  async pause(): Promise<void> {
    await this.#call("pause");
  }

  async resume(): Promise<void> {
    await this.#call("resume");
  }

  async terminate(options?: { readonly rollback?: boolean }): Promise<void> {
    await this.#call("terminate", options);
  }

  async restart(options?: object): Promise<void> {
    await this.#call("restart", options);
  }

  async sendEvent(event: { readonly type: string; readonly payload?: unknown }): Promise<void> {
    await this.#call("sendEvent", event);
  }

  async delete(): Promise<void> {
    await this.#call("delete");
  }

  async evict(): Promise<void> {
    await this.#workflow.evict(this.id);
  }

  #call(method: string, options?: object): Promise<unknown> {
    return this.#workflow.call(method, options === undefined ? [] : [options], this.id);
  }
}
