import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { getAgentByName } from "agents";

export interface ImportParams {
  /** Name of the agent that holds the file and takes the reports. */
  workspace: string;
  importId: string;
  /** Milliseconds of rest between two batches. */
  paceMs: number;
}

/** The name of the event that carries a person's decision. */
export const decisionEvent = "decision";
export const decisionTimeout = { words: "7 days", milliseconds: 7 * 24 * 60 * 60 * 1000 } as const;

/** A step is one call to the agent, a few milliseconds. What fails is the way to it, and that comes back. */
const patient = {
  retries: { limit: 8, delay: "1 second", backoff: "exponential" },
  timeout: "2 minutes",
} as const;

/**
 * One import from the stored file to the report. Every step is one call that the agent can be asked twice without
 * doing anything twice. The agent may answer null at any time (the import was cancelled, or the file turned out to be
 * no good); then there is nothing left to do here.
 */
export class ImportWorkflow extends WorkflowEntrypoint<Env, ImportParams> {
  override async run(event: Readonly<WorkflowEvent<ImportParams>>, step: WorkflowStep) {
    try {
      return await this.#import(event.payload, step);
    } catch (error) {
      // Cloudflare's local engine stops a paused or cancelled run by throwing this into it: not a failure.
      if (messageOf(error).includes("Aborting engine")) throw error;
      await step.do("report the failure", patient, async () => {
        const agent = await this.#agent(event.payload.workspace);
        await agent.reportFailure(event.payload.importId, messageOf(error));
      });
      throw error;
    }
  }

  /** How many rows were loaded, or null when the import was over before its end. */
  async #import({ workspace, importId, paceMs }: ImportParams, step: WorkflowStep): Promise<number | null> {
    const pieces = await step.do("begin", patient, async () => (await this.#agent(workspace)).beginReading(importId));
    if (pieces === null) return null;
    for (let n = 0; n < pieces; n++) {
      const read = await step.do(`read piece ${n + 1}`, patient, async () =>
        (await this.#agent(workspace)).readPiece(importId, n),
      );
      if (read === null) return null;
    }

    const batches = await step.do("find out what the columns hold", patient, async () =>
      (await this.#agent(workspace)).inferColumns(importId),
    );
    if (batches === null) return null;
    for (let n = 0; n < batches; n++) {
      const bad = await step.do(`check batch ${n + 1}`, patient, async () =>
        (await this.#agent(workspace)).checkBatch(importId, n),
      );
      if (bad === null) return null;
      if (paceMs > 0) await step.sleep("rest", paceMs);
    }

    const asked = await step.do("count the bad rows", patient, async () =>
      (await this.#agent(workspace)).askIfNeeded(importId),
    );
    if (asked === null) return null;
    if (asked) {
      const timedOut = await this.#waitForDecision(step);
      const approved = await step.do("take the decision", patient, async () =>
        (await this.#agent(workspace)).takeDecision(importId, timedOut),
      );
      if (approved === null) return null;
    }

    for (let n = 0; n < batches; n++) {
      const loaded = await step.do(`load batch ${n + 1}`, patient, async () =>
        (await this.#agent(workspace)).loadBatch(importId, n),
      );
      if (loaded === null) return null;
      if (paceMs > 0) await step.sleep("rest", paceMs);
    }

    const columns = await step.do("begin the report", patient, async () =>
      (await this.#agent(workspace)).beginReport(importId),
    );
    if (columns === null) return null;
    for (let n = 0; n < columns; n++) {
      const described = await step.do(`sum up column ${n + 1}`, patient, async () =>
        (await this.#agent(workspace)).describeColumn(importId, n),
      );
      if (described === null) return null;
    }
    return step.do("finish", patient, async () => (await this.#agent(workspace)).finish(importId));
  }

  /** Whether the time ran out. The event only says that there is a decision: the agent knows which. */
  async #waitForDecision(step: WorkflowStep): Promise<boolean> {
    try {
      await step.waitForEvent("wait for a person", { type: decisionEvent, timeout: decisionTimeout.words });
      return false;
    } catch (error) {
      if (messageOf(error).includes("timed out")) return true;
      throw error;
    }
  }

  #agent(workspace: string) {
    return getAgentByName(this.env.ImportAgent, workspace);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
