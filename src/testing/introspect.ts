import type { StepType } from "../engine/testing/test-protocol.ts";
import { Modifier, noModifications, placeOf, type StepSelector, type WorkflowInstanceModifier } from "./modifier.ts";
import { type TestWorkflow, WorkflowHandle, type WorkflowStatusName } from "./workflow.ts";

export interface Patience {
  /** How long to wait, in milliseconds. Default: what the server was given. */
  readonly patienceMs?: number;
}

/** Looks into one instance, and changes what it meets. */
export interface WorkflowInstanceIntrospector extends AsyncDisposable {
  readonly id: string;
  /** Changes the instance; before it is created, or while it runs: then it is evicted, so that it heeds the change. */
  modify(change: (modifier: WorkflowInstanceModifier) => Promise<void> | void): Promise<void>;
  /**
   * Resolves with the result of a step when there is one, `"[REDACTED]"` for a sensitive one; rejects with the step's
   * error when it has failed, and when the instance ends without it. `type`: of `step.do` by default.
   */
  waitForStepResult(step: StepSelector & { readonly type?: StepType } & Patience): Promise<unknown>;
  /** @throws when the instance has ended otherwise, or the patience is over */
  waitForStatus(status: WorkflowStatusName, patience?: Patience): Promise<void>;
  /** @throws when it is not complete */
  getOutput(): Promise<unknown>;
  /** @throws when it is not errored */
  getError(): Promise<{ readonly name: string; readonly message: string }>;
  /** Drops the run from memory and runs it again from the top. @throws when it is not in memory */
  evict(): Promise<void>;
  /** Takes the changes back and deletes the instance. */
  dispose(): Promise<void>;
}

/** Looks into the instances of a workflow that are created from now on, and changes what they meet. */
export interface WorkflowIntrospector extends AsyncDisposable {
  /** Changes all instances that are created after this. */
  modifyAll(change: (modifier: WorkflowInstanceModifier) => Promise<void> | void): Promise<void>;
  /** Those that have been created, oldest first. */
  get(): Promise<WorkflowInstanceIntrospector[]>;
  /** Takes the changes back and deletes the instances. */
  dispose(): Promise<void>;
}

/**
 * For one instance, which need not exist yet.
 *
 * @example
 * await using instance = await introspectWorkflowInstance(server.workflow("ORDERS"), "order-1");
 * await instance.modify(async (m) => {
 *   await m.disableSleeps();
 *   await m.mockStepResult({ name: "charge the card" }, { paid: true });
 * });
 * await server.workflow("ORDERS").create({ id: "order-1" });
 * await instance.waitForStatus("complete");
 */
export async function introspectWorkflowInstance(
  workflow: TestWorkflow<never>,
  id: string,
): Promise<WorkflowInstanceIntrospector> {
  return new InstanceIntrospector(handleOf(workflow), id);
}

/**
 * For all instances that are created from now on, by whomever.
 * @throws when the workflow has such a session already
 */
export async function introspectWorkflow(workflow: TestWorkflow<never>): Promise<WorkflowIntrospector> {
  const handle = handleOf(workflow);
  const { sessions, name, binding } = handle;
  if (sessions.has(name)) {
    throw new Error(`Workflow "${name}" already has an active introspection session for binding "${binding}".`);
  }
  sessions.add(name);
  try {
    await handle.modifyAll(noModifications());
  } catch (error) {
    sessions.delete(name);
    throw error;
  }
  return new Introspector(handle);
}

class InstanceIntrospector implements WorkflowInstanceIntrospector {
  readonly id: string;
  readonly #workflow: WorkflowHandle;
  #modifications = noModifications();

  constructor(workflow: WorkflowHandle, id: string) {
    this.#workflow = workflow;
    this.id = id;
  }

  async modify(change: (modifier: WorkflowInstanceModifier) => Promise<void> | void): Promise<void> {
    // All of it, or nothing when something is wrong.
    const modifications = structuredClone(this.#modifications);
    await change(new Modifier(modifications));
    await this.#workflow.modify(this.id, modifications);
    this.#modifications = modifications;
  }

  async waitForStepResult(step: StepSelector & { readonly type?: StepType } & Patience): Promise<unknown> {
    const place = placeOf(step);
    const answer = await this.#workflow.await(this.id, { step: place, type: step.type ?? "do" }, step.patienceMs);
    if (answer.is === "completed") return answer.value;
    if (answer.is === "failed") throw named(answer.error);
    const status = answer.is === "ended" ? answer.status : "gone";
    throw new Error(
      `[WorkflowIntrospector] The Workflow instance ${this.id} has reached status '${status}' without an outcome of step '${place.name}' (${place.index}).`,
    );
  }

  async waitForStatus(status: WorkflowStatusName, { patienceMs }: Patience = {}): Promise<void> {
    const answer = await this.#workflow.await(this.id, { status }, patienceMs);
    if (answer.is !== "ended") return;
    throw new Error(
      `[WorkflowIntrospector] The Workflow instance ${this.id} has reached status '${answer.status}'. This is a finite status that prevents it from ever reaching the expected status of '${status}'.`,
    );
  }

  async getOutput(): Promise<unknown> {
    const { status, output } = await this.#workflow.instance(this.id).status();
    if (status === "complete") return output;
    throw new Error(
      `Cannot retrieve output: Workflow instance is in status "${status}" but must be "complete" to have an output available`,
    );
  }

  async getError(): Promise<{ readonly name: string; readonly message: string }> {
    const { status, error } = await this.#workflow.instance(this.id).status();
    if (status === "errored" && error !== undefined) return error;
    throw new Error(
      `Cannot retrieve error: Workflow instance is in status "${status}" but must be "errored" to have error information available`,
    );
  }

  async evict(): Promise<void> {
    await this.#workflow.evict(this.id);
  }

  async dispose(): Promise<void> {
    if (this.#workflow.isGone) return;
    await this.#workflow.modify(this.id, null);
    await this.#workflow.call("deleteBatch", [[this.id]]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

class Introspector implements WorkflowIntrospector {
  readonly #workflow: WorkflowHandle;
  #modifications = noModifications();
  #isDisposed = false;

  constructor(workflow: WorkflowHandle) {
    this.#workflow = workflow;
  }

  async modifyAll(change: (modifier: WorkflowInstanceModifier) => Promise<void> | void): Promise<void> {
    const modifications = structuredClone(this.#modifications);
    await change(new Modifier(modifications));
    await this.#workflow.modifyAll(modifications);
    this.#modifications = modifications;
  }

  async get(): Promise<WorkflowInstanceIntrospector[]> {
    const ids = await this.#workflow.created();
    return ids.map((id) => new InstanceIntrospector(this.#workflow, id));
  }

  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#workflow.sessions.delete(this.#workflow.name);
    if (this.#workflow.isGone) return;
    const instances = await this.get();
    await this.#workflow.modifyAll(null);
    for (const instance of instances) await instance.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

function handleOf(workflow: TestWorkflow<never>): WorkflowHandle {
  if (workflow instanceof WorkflowHandle) return workflow as WorkflowHandle;
  throw new TypeError('Introspection needs a workflow of a test server: server.workflow("<BINDING>").');
}

function named({ name, message }: { name: string; message: string }): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
