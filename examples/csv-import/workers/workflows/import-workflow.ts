import { NonRetryableError } from "cloudflare:workflows";
import type { AgentWorkflowEvent, AgentWorkflowStep } from "agents/workflows";
import { DurableWorkflow } from "pawl/agent";
import { decisionTimeout } from "../../protocol/import.ts";
import type { ImportAgent } from "../agents/import-agent.ts";

export interface ImportParams {
  /** Milliseconds of rest between two batches. */
  paceMs: number;
}

/** A step is two calls to the agent, a few milliseconds. What fails is the way to it, and that comes back. */
const patient = {
  retries: { limit: 8, delay: "1 second", backoff: "exponential" },
  timeout: "2 minutes",
} as const;

/**
 * One import from the stored file to the report. Every step says what it is about to do, and asks the agent to do it,
 * which can be asked twice without doing anything twice.
 */
export class ImportWorkflow extends DurableWorkflow<ImportAgent, ImportParams> {
  /** How many rows were loaded. */
  override async run(event: AgentWorkflowEvent<ImportParams>, step: AgentWorkflowStep): Promise<number> {
    const id = event.instanceId;
    const { paceMs } = event.payload;

    const pieces = await step.do("begin", patient, async () => this.agent.beginReading(id));
    for (let n = 0; n < pieces; n++) {
      const problem = await step.do(`read piece ${n + 1}`, patient, async () => {
        await this.agent.updateStep(`Reading piece ${n + 1} of ${pieces}`);
        return this.agent.readPiece(id, n);
      });
      if (problem !== null) throw new NonRetryableError(problem);
    }

    const { rows, batchRows } = await step.do("find out what the columns hold", patient, async () => {
      await this.agent.updateStep("Finding out what the columns hold");
      const { rows, batchRows } = await this.agent.inferColumns(id);
      return { rows, batchRows };
    });
    const batches = Math.ceil(rows / batchRows);
    for (let n = 0; n < batches; n++) {
      await step.do(`check batch ${n + 1}`, patient, async () => {
        await this.agent.updateStep(`Checking rows ${range(n, batchRows, rows)}`);
        await this.agent.checkBatch(id, n);
      });
      if (paceMs > 0) await step.sleep("rest", paceMs);
    }

    const asked = await step.do("count the bad rows", patient, async () => this.agent.askIfNeeded(id));
    if (asked && !(await this.#isApproved(id, step))) return 0;

    for (let n = 0; n < batches; n++) {
      await step.do(`load batch ${n + 1}`, patient, async () => {
        await this.agent.updateStep(`Loading rows ${range(n, batchRows, rows)}`);
        await this.agent.loadBatch(id, n);
      });
      if (paceMs > 0) await step.sleep("rest", paceMs);
    }

    const columns = await step.do("begin the report", patient, async () => [...(await this.agent.beginReport(id))]);
    for (const [n, column] of columns.entries()) {
      await step.do(`sum up column ${n + 1}`, patient, async () => {
        await this.agent.updateStep(`Summing up column “${column}”`);
        await this.agent.describeColumn(id, n);
      });
    }
    return step.do("count the loaded rows", patient, async () => this.agent.countLoaded(id));
  }

  /** A rejection is an end as good as any, and so is no answer. */
  async #isApproved(id: string, step: AgentWorkflowStep): Promise<boolean> {
    const { approved, by } = await this.#waitForPerson(step);
    await step.do("take the decision", patient, async () => {
      await this.agent.updateStep("Going on after the decision");
      await this.agent.takeDecision(id, approved, by);
    });
    return approved;
  }

  async #waitForPerson(step: AgentWorkflowStep): Promise<{ approved: boolean; by: "person" | "timeout" }> {
    try {
      const options = { type: "approval", timeout: decisionTimeout } as const;
      const { payload } = await step.waitForEvent<{ approved: boolean }>("wait for a person", options);
      return { approved: payload.approved, by: "person" };
    } catch (error) {
      if (error instanceof Error && error.message.includes("timed out")) return { approved: false, by: "timeout" };
      throw error;
    }
  }
}

function range(batch: number, size: number, rows: number): string {
  const [from, to, of] = [batch * size + 1, Math.min((batch + 1) * size, rows), rows].map((n) =>
    n.toLocaleString("en"),
  );
  return `${from} to ${to} of ${of}`;
}
