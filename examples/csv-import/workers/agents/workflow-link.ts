import { paces } from "../../protocol/import.ts";
import type { EngineStatus } from "../import/lifecycle.ts";
import type { ImportRecord } from "../store/imports.ts";
import { type ImportParams, decisionEvent } from "../workflows/import-workflow.ts";

/** The way to the workflow of an import. Every call may be made again when its answer was lost. */
export class WorkflowLink {
  readonly #workflow: Workflow<ImportParams>;

  constructor(workflow: Workflow<ImportParams>) {
    this.#workflow = workflow;
  }

  async create(workspace: string, record: ImportRecord): Promise<void> {
    const params = { workspace, importId: record.id, paceMs: paces[record.pace] };
    try {
      await this.#workflow.create({ id: record.id, params });
    } catch (error) {
      // The answer to an earlier call was lost. The id belongs to this import alone.
      if (!String(error).includes("already_exists") && !String(error).includes("already exists")) throw error;
    }
  }

  async status(importId: string): Promise<EngineStatus> {
    try {
      const { status } = await (await this.#workflow.get(importId)).status();
      return status as EngineStatus;
    } catch (error) {
      if (String(error).includes("not_found")) return "missing";
      throw error;
    }
  }

  async pause(importId: string): Promise<void> {
    await (await this.#workflow.get(importId)).pause();
  }

  async resume(importId: string): Promise<void> {
    await (await this.#workflow.get(importId)).resume();
  }

  async terminate(importId: string): Promise<void> {
    try {
      await (await this.#workflow.get(importId)).terminate();
    } catch (error) {
      // Never created, or over already: as good as terminated. A run that goes on is told to stop by its next report.
      if (!/not_found|cannot_terminate/.test(String(error))) console.error(error);
    }
  }

  /** Tells the workflow that there is a decision; it asks for what was decided. */
  async sendDecision(importId: string): Promise<void> {
    await (await this.#workflow.get(importId)).sendEvent({ type: decisionEvent, payload: {} });
  }
}
