import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import type { BenchAgent } from "./agent.ts";
import { lineOf } from "./finish-lines.ts";

export interface Env {
  readonly RUNS: Workflow<Params>;
  readonly BenchAgent: DurableObjectNamespace<BenchAgent>;
}

export type Params =
  | { kind: "chain"; line: string; steps: number; ioMs: number; visit?: string | undefined }
  | { kind: "visits"; line: string; steps: number; visit: string }
  | { kind: "nothing"; line: string }
  | { kind: "sleep"; asleep: string; awake: string; until: number }
  | { kind: "hold"; line: string }
  | { kind: "listen"; events: number; visit: string }
  | { kind: "long"; steps: number; visit: string }
  | { kind: "agent"; agent: string; steps: number };

/** The one workflow of the benchmark; what a run does is in its payload. */
export class Runs extends WorkflowEntrypoint<Env, Params> {
  override async run({ instanceId, payload }: WorkflowEvent<Params>, step: WorkflowStep): Promise<number> {
    return perform(payload.kind, payload as Of<Kind>, step, instanceId, this.env.BenchAgent);
  }
}

type Kind = Params["kind"];
type Of<K extends Kind> = Extract<Params, { kind: K }>;
type Program<K extends Kind> = (
  step: WorkflowStep,
  id: string,
  params: Of<K>,
  agents: DurableObjectNamespace<BenchAgent>,
) => Promise<number>;

const programs: { readonly [K in Kind]: Program<K> } = { chain, visits, nothing, sleep, hold, listen, long, agent };

function perform<K extends Kind>(
  kind: K,
  params: Of<K>,
  step: WorkflowStep,
  id: string,
  agents: DurableObjectNamespace<BenchAgent>,
): Promise<number> {
  return programs[kind](step, id, params, agents);
}

const HOLD_MS = 3_600_000;

async function chain(step: WorkflowStep, id: string, { steps, ioMs, line, visit }: Of<"chain">): Promise<number> {
  if (visit !== undefined) await call(visit);
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    sum += await step.do(`step ${i}`, async () => {
      if (ioMs > 0) await scheduler.wait(ioMs);
      return i;
    });
  }
  lineOf(line).cross(id);
  return sum;
}

async function visits(step: WorkflowStep, id: string, { steps, visit, line }: Of<"visits">): Promise<number> {
  for (let i = 0; i < steps; i++) await step.do(`step ${i}`, async () => call(visit));
  lineOf(line).cross(id);
  return steps;
}

async function call(url: string): Promise<number> {
  const response = await fetch(url, { method: "POST" });
  await response.arrayBuffer();
  return response.status;
}

async function nothing(_step: WorkflowStep, id: string, { line }: Of<"nothing">): Promise<number> {
  lineOf(line).cross(id);
  return 0;
}

async function sleep(step: WorkflowStep, id: string, { asleep, awake, until }: Of<"sleep">): Promise<number> {
  // Runs again at the wake; the line counts to its number and does not mind more.
  lineOf(asleep).cross(id);
  await step.sleepUntil("until all are due", new Date(until));
  lineOf(awake).cross(id, Date.now() - until);
  return 0;
}

async function hold(step: WorkflowStep, id: string, { line }: Of<"hold">): Promise<number> {
  return step.do("hold", { timeout: "1 day" }, async () => {
    lineOf(line).cross(id);
    await scheduler.wait(HOLD_MS);
    return 0;
  });
}

async function listen(step: WorkflowStep, _id: string, { events, visit }: Of<"listen">): Promise<number> {
  for (let i = 0; i < events; i++) {
    await step.waitForEvent(`event ${i}`, { type: "go", timeout: "1 hour" });
    await step.do(`step ${i}`, async () => call(visit));
  }
  return events;
}

async function long(step: WorkflowStep, _id: string, { steps, visit }: Of<"long">): Promise<number> {
  for (let i = 0; i < steps; i++) await step.do(`step ${i}`, async () => i);
  // Not in a step: it is to be sent by every execution that gets here.
  await call(visit);
  await step.waitForEvent("an end that never comes", { type: "end", timeout: "1 day" });
  return steps;
}

async function agent(
  step: WorkflowStep,
  id: string,
  { agent: name, steps }: Of<"agent">,
  agents: DurableObjectNamespace<BenchAgent>,
): Promise<number> {
  const stub = agents.get(agents.idFromName(name));
  for (let i = 1; i <= steps; i++) {
    await step.do(`step ${i}`, async () => {
      await stub.show(id, i);
      return i;
    });
  }
  return steps;
}
