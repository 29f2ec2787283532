import type { Agent } from "agents";
import { AgentWorkflow, type AgentWorkflowEvent, type AgentWorkflowStep, type DefaultProgress } from "agents/workflows";
import type { WorkflowAgent } from "../workflow-agent.ts";
import { AgentStub, type Origin, originOf } from "./agent-stub.ts";
import { type Gateway, isReported, Reporter } from "./reporter.ts";
import { Scopes } from "./scopes.ts";
import { Waits } from "./waits.ts";
import { watchStep } from "./watch-step.ts";

type Run = (event: AgentWorkflowEvent, step: AgentWorkflowStep) => Promise<unknown>;

/** Prototypes whose `run` reports, and those whose params are looked at before the SDK takes them. */
const reporting = new WeakSet<object>();
const looking = new WeakSet<object>();

/**
 * A workflow whose agent is a `WorkflowAgent`. What it reports through `this.agent` (`updateStep`, `addResult`,
 * `completeWorkflow`, `setWorkflowError`), or with the methods that it has from the SDK's `AgentWorkflow`, takes effect
 * once, however often a step is retried or the run replayed, and in the view of this run alone. The agent also learns
 * what it waits for, and when it has come to its end: `completeWorkflow` need not be called.
 *
 * ```ts
 * export class Import extends DurableWorkflow<ImportAgent, { url: string }> {
 *   async run(event: AgentWorkflowEvent<{ url: string }>, step: AgentWorkflowStep) {
 *     await step.do("load", async () => {
 *       await this.agent.updateStep("Loading…", 10);
 *       await this.agent.addResult(await load(event.payload.url));
 *     });
 *   }
 * }
 * ```
 *
 * A report is known by its place: the nth call of its method in its step, or outside of steps in the run. So calls in one
 * step have to come in the same order each time; work that is done in parallel reports from steps of its own.
 */
export abstract class DurableWorkflow<
  AgentType extends Agent = WorkflowAgent,
  Params = unknown,
  ProgressType = DefaultProgress,
  Env extends Cloudflare.Env = Cloudflare.Env,
> extends AgentWorkflow<AgentType, Params, ProgressType, Env> {
  #origin: Origin | undefined;
  #stub: AgentStub<DurableObjectStub<AgentType>> | undefined;
  #reporter: Reporter | undefined;
  #proxy: DurableObjectStub<AgentType> | undefined;

  constructor(ctx: ExecutionContext, env: Env) {
    // The SDK puts its own around the `run` that it finds, and takes the agent's address out of the params.
    const prototype = new.target.prototype as { run: Run };
    DurableWorkflow.#reportAround(prototype);
    super(ctx, env);
    DurableWorkflow.#lookAround(prototype);
  }

  /**
   * The agent that has started this run. Calls of its report methods take effect once; all others go to the agent as
   * they are, once for each time they are made.
   */
  override get agent(): DurableObjectStub<AgentType> {
    this.#stub ??= new AgentStub(super.agent, this.#origin, this.env);
    this.#proxy ??= this.#makeProxy(this.#stub, super.agent);
    return this.#proxy;
  }

  #makeProxy(
    stub: AgentStub<DurableObjectStub<AgentType>>,
    first: DurableObjectStub<AgentType>,
  ): DurableObjectStub<AgentType> {
    return new Proxy(first, {
      get: (_first, property) => {
        if (typeof property === "string" && isReported(property) && this.#reporter !== undefined) {
          const reporter = this.#reporter;
          return (...args: unknown[]) => reporter.report(property, args);
        }
        const value: unknown = Reflect.get(stub.current, property);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          const result: unknown = Reflect.apply(value, stub.current, args);
          Promise.resolve(result).catch((error: unknown) => stub.failed(error));
          return result;
        };
      },
    });
  }

  async #runReporting(run: Run, event: AgentWorkflowEvent, step: AgentWorkflowStep): Promise<unknown> {
    // A `run` that calls the one of its superclass is one run.
    if (this.#reporter !== undefined) return run.call(this, event, step);
    const since = Date.now();
    const scopes = new Scopes();
    const identity = { run: event.instanceId, workflow: this.workflowName };
    this.#reporter = new Reporter(identity, () => this.#gateway(), scopes);
    watchStep(step, scopes, new Waits(this.#reporter, scopes));
    const result = await run.call(this, event, step);
    await this.#reporter.say({ kind: "returned", since });
    return result;
  }

  #gateway(): Gateway {
    this.#stub ??= new AgentStub(super.agent, this.#origin, this.env);
    const stub = this.#stub;
    // Every WorkflowAgent has these; any other agent answers that it has not.
    const gateway = stub.current as unknown as Gateway;
    const told = async (answer: Promise<void>): Promise<void> => {
      try {
        await answer;
      } catch (error) {
        stub.failed(error);
        throw error;
      }
    };
    return {
      takeReport: (origin, args) => told(gateway.takeReport(origin, args)),
      takeBulletin: (run, workflow, bulletin) => told(gateway.takeBulletin(run, workflow, bulletin)),
    };
  }

  static #reportAround(prototype: { run: Run }): void {
    if (reporting.has(prototype)) return;
    reporting.add(prototype);
    const { run } = prototype;
    prototype.run = async function (this: DurableWorkflow, event, step) {
      return this.#runReporting(run, event, step);
    };
  }

  static #lookAround(prototype: { run: Run }): void {
    if (looking.has(prototype)) return;
    looking.add(prototype);
    const { run } = prototype;
    prototype.run = async function (this: DurableWorkflow, event, step) {
      this.#origin ??= originOf(event.payload);
      return run.call(this, event, step);
    };
  }
}
