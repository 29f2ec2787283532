import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { Agent, routeAgentRequest } from "agents";
import { WorkflowAgent } from "pawl/agent";

interface Env {
  PlainAgent: DurableObjectNamespace<PlainAgent>;
  GatewayAgent: DurableObjectNamespace<GatewayAgent>;
  NOTHING: Workflow;
}

interface State {
  currentStep: string | null;
  progress: number;
  results: unknown[];
}

/** As Cloudflare's guides write it: every report sets the whole state, which goes to every client. */
export class PlainAgent extends Agent<Env, State> {
  override initialState: State = { currentStep: null, progress: 0, results: [] };

  async updateStep(currentStep: string, progress: number): Promise<void> {
    this.setState({ ...this.state, currentStep, progress });
  }

  /** All at once: how they came to be there is not what is measured. */
  async fill(results: unknown[]): Promise<void> {
    this.setState({ ...this.state, results });
  }
}

export class GatewayAgent extends WorkflowAgent<Env> {
  readonly workflow = "NOTHING";

  async fill(results: unknown[]): Promise<void> {
    await this.startRun();
    for (const result of results) await this.addResult(result);
  }
}

/** Is under way for as long as it is measured; the driver reports in its place. */
export class Nothing extends WorkflowEntrypoint<Env> {
  override async run(_event: WorkflowEvent<unknown>, step: WorkflowStep): Promise<void> {
    await step.waitForEvent("for ever", { type: "never", timeout: "1 day" });
  }
}

interface Asked {
  agent: "PlainAgent" | "GatewayAgent";
  results?: unknown[];
  /** Steps that the agent is told of, one after the other. */
  steps?: string[];
}

export default {
  async fetch(request, env): Promise<Response> {
    const routed = await routeAgentRequest(request, env);
    if (routed !== null) return routed;
    const { agent: binding, results, steps = [] } = await request.json<Asked>();
    const agent = binding === "PlainAgent" ? env.PlainAgent.getByName("live") : env.GatewayAgent.getByName("live");
    if (results !== undefined) await agent.fill(results);
    for (const [n, step] of steps.entries()) await agent.updateStep(step, (100 * n) / steps.length);
    return Response.json(null);
  },
} satisfies ExportedHandler<Env>;
