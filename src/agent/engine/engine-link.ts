import type { RunWorkflowOptions } from "agents/workflows";
import type { RunRecord } from "../store/run-record.ts";
import type { StoredRequest } from "../store/run-store.ts";
import { AlreadyExists, isNotFound, messageOf } from "./failures.ts";
import { isRollingBack, unlessRollingBack } from "./rolling-back.ts";

/** The methods of the Agents SDK that reach workflows, as they are before this package adds to them. */
export interface SdkWorkflows {
  run(workflow: string, params: unknown, options: RunWorkflowOptions): Promise<string>;
  status(workflow: string, id: string): Promise<InstanceStatus>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  terminate(id: string): Promise<void>;
  restart(id: string, options?: { resetTracking?: boolean }): Promise<void>;
  sendEvent(workflow: string, id: string, event: { type: string; payload: unknown }): Promise<void>;
  forget(id: string): void;
}

export type EngineStatus = InstanceStatus | "missing";

/** The way to the workflow engine. It knows nothing but the public `Workflow` binding, so any engine behind it will do. */
export class EngineLink {
  readonly #sdk: SdkWorkflows;
  readonly #sql: SqlStorage;

  constructor(sdk: SdkWorkflows, sql: SqlStorage) {
    this.#sdk = sdk;
    this.#sql = sql;
  }

  /** @throws AlreadyExists */
  async create({ id, workflow }: Pick<RunRecord, "id" | "workflow">, request: StoredRequest): Promise<void> {
    try {
      await this.#sdk.run(workflow, request.params, { ...request.options, id });
    } catch (error) {
      if (/already[_ ]exists|already being tracked/.test(messageOf(error))) throw new AlreadyExists({ cause: error });
      throw error;
    }
  }

  async status({ id, workflow }: Pick<RunRecord, "id" | "workflow">): Promise<EngineStatus> {
    try {
      return await this.#sdk.status(workflow, id);
    } catch (error) {
      if (isNotFound(error)) return "missing";
      if (isRollingBack(error)) return { status: "rollingBack" };
      throw error;
    }
  }

  async pause(run: RunRecord): Promise<void> {
    this.track(run);
    await unlessRollingBack(this.#sdk.pause(run.id));
  }

  async resume(run: RunRecord): Promise<void> {
    this.track(run);
    await unlessRollingBack(this.#sdk.resume(run.id));
  }

  async terminate(run: RunRecord): Promise<void> {
    this.track(run);
    await unlessRollingBack(this.#sdk.terminate(run.id));
  }

  async restart(run: RunRecord, options?: { resetTracking?: boolean }): Promise<void> {
    this.track(run);
    await unlessRollingBack(this.#sdk.restart(run.id, options));
  }

  async sendEvent(run: RunRecord, event: { type: string; payload: unknown }): Promise<void> {
    await this.#sdk.sendEvent(run.workflow, run.id, event);
  }

  forget(id: string): void {
    this.#sdk.forget(id);
  }

  /**
   * Sees to it that the SDK's own table of workflows has the run. It has not when the server was killed right after the
   * instance was created, or when the run was not started by this agent.
   */
  track({ id, workflow }: Pick<RunRecord, "id" | "workflow">): void {
    this.#sql.exec(
      "INSERT OR IGNORE INTO cf_agents_workflows (id, workflow_id, workflow_name, status) VALUES (?, ?, ?, 'queued')",
      crypto.randomUUID(),
      id,
      workflow,
    );
  }
}
