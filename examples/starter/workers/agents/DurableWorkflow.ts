import { NonRetryableError } from "cloudflare:workflows";
import type { AgentWorkflowEvent, AgentWorkflowStep } from "agents/workflows";
import { DurableWorkflow, WorkflowAgent } from "pawl/agent";
import { type ItemResult, MOST_ITEMS, type TaskParams } from "../../protocol/task.ts";

/**
 * What clients are connected to: it starts runs, passes on what people want of them, and shows everybody live how far
 * they are. There is one of these for each name that a client asks for.
 */
export class MyAgent extends WorkflowAgent<Env> {
  readonly workflow = "MY_WORKFLOW";
}

/**
 * The work. Each `step.do` is recorded when it has ended and never runs again; after a crash the run goes on behind
 * the last of them. Code between steps runs again then: keep it free of effects, of the clock and of chance.
 */
export class MyWorkflow extends DurableWorkflow<MyAgent, TaskParams> {
  override async run(event: AgentWorkflowEvent<TaskParams>, step: AgentWorkflowStep) {
    // Clients send what they like.
    const items = await step.do("check", async () => checked(event.payload));

    let letters = 0;
    for (const [index, item] of items.entries()) {
      letters += await step.do(`process ${index + 1}`, async () => {
        await this.agent.updateStep(`Processing “${item}”`, Math.round((index / items.length) * 90));
        // Your work goes here. It may run more than once, if the server stops before its end is recorded.
        const result: ItemResult = { number: index + 1, item, letters: item.length };
        await this.agent.addResult(result);
        return result.letters;
      });
      // Survives a stop of the server, as everything here; a test need not wait for it.
      await step.sleep(`pause ${index + 1}`, "1 second");
    }

    await step.do("ask", async () => {
      await this.agent.updateStep("Waiting for your approval", 95);
    });
    // Throws when it is rejected, and when nobody answers in time.
    await this.waitForApproval(step, { timeout: "1 day" });

    return { items: items.length, letters };
  }
}

function checked({ items }: Partial<TaskParams>): string[] {
  const isFit =
    Array.isArray(items) &&
    items.length > 0 &&
    items.length <= MOST_ITEMS &&
    items.every((item: unknown) => typeof item === "string" && item.length <= 200);
  if (!isFit) throw new NonRetryableError(`A task has 1 to ${MOST_ITEMS} items of up to 200 characters.`);
  return items;
}
