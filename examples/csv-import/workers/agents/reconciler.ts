import { repair, statusOf } from "../import/lifecycle.ts";
import { factsOf } from "../store/imports.ts";
import type { Alarm } from "./alarm.ts";
import type { WorkflowLink } from "./workflow-link.ts";
import type { Workspace } from "./workspace.ts";

/** An upload that has been silent for so long is given up. */
export const deadUploadMs = 10 * 60_000;

/**
 * Keeps the record of an import and its workflow together: what a crash between two writes has left (a workflow that was
 * never created, a pause that was never passed on, a decision that was never sent) is found and repaired.
 */
export class Reconciler {
  readonly #workspace: Workspace;
  readonly #workflow: WorkflowLink;
  readonly #name: () => string;
  readonly #alarm: Alarm;

  constructor(workspace: Workspace, workflow: WorkflowLink, name: () => string, alarm: Alarm) {
    this.#workspace = workspace;
    this.#workflow = workflow;
    this.#name = name;
    this.#alarm = alarm;
  }

  /** Compares the open import with its workflow. Runs by the agent's own alarm, so it needs no visitor. */
  async reconcile(): Promise<void> {
    const { imports } = this.#workspace;
    const record = imports.open();
    if (record === null) return;
    try {
      if (record.queued) await this.#repair(record.id);
      else if (Date.now() - record.touchedAt > deadUploadMs)
        this.#workspace.end(record, "cancelled", "The upload stopped halfway.");
    } catch (error) {
      this.#workspace.logError(record, "cannot compare with the workflow", error);
    }
    const open = imports.open();
    if (open === null) return;
    const status = statusOf(factsOf(open));
    const soon = status === "pausing" || status === "resuming" || status === "queued";
    await this.#alarm.reconcileIn(soon ? 2 : status === "running" ? 15 : 60);
  }

  /**
   * Records the wish first, then passes it on: a crash in between loses nothing. Follows it until it is done, for about
   * three seconds; then the alarm takes over.
   */
  async hold(action: "pause" | "resume", importId: string): Promise<void> {
    const { id } = this.#workspace.admit(action, importId);
    this.#workspace.imports.change(id, { hold: action === "pause" ? "pausing" : "resuming" });
    this.#workspace.publish();
    await this.#alarm.reconcileIn(2);
    for (let tries = 0; tries < 30; tries++) {
      await this.#repair(id);
      const hold = this.#workspace.imports.get(id)?.hold;
      if (hold !== "pausing" && hold !== "resuming") return;
      await scheduler.wait(100);
    }
  }

  async #repair(importId: string): Promise<void> {
    const engine = await this.#workflow.status(importId);
    // The answer took its time: compare with the record as it is now.
    const record = this.#workspace.imports.get(importId);
    if (record === null || record.outcome !== null) return;
    const todo = repair(record.hold, engine);
    if (todo === "create") {
      await this.#workflow.create(this.#name(), record);
    } else if (todo === "pause" || todo === "resume") {
      await this.#workflow[todo](importId);
    } else if (todo === "fail") {
      this.#workspace.end(record, "failed", `The workflow behind this import ended (${engine}) without a report.`);
    } else if (todo !== null) {
      this.#workspace.imports.change(importId, todo);
      this.#workspace.publish();
    }
    if (record.phase === "approve" && record.decision !== null && engine !== "missing")
      await this.#workflow.sendDecision(importId);
  }
}
