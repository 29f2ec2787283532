import { routeAgentRequest } from "agents";
import type { Chains, Create, Listen, Many, Operation, Operations, Sleepers, Visits } from "../operations.ts";
import { BenchAgent } from "./agent.ts";
import { type FinishLine, openLine } from "./finish-lines.ts";
import { type Env, type Params, Runs } from "./runs.ts";

export { BenchAgent, Runs };

/** The platform's limit for `createBatch`. */
const BATCH = 100;

type Handlers = {
  readonly [O in Operation]: (env: Env, asked: Operations[O]["asks"]) => Promise<Operations[O]["answers"]>;
};

const handlers: Handlers = {
  async chains(env, { prefix, runs, steps, ioMs, visit }: Chains) {
    const line = openLine(prefix, runs);
    await createAll(env, prefix, runs, () => ({ kind: "chain", line: prefix, steps, ioMs, visit }));
    return finished(env, line, runs);
  },

  async visits(env, { id, steps, visit }: Visits) {
    const line = openLine(id, 1);
    await env.RUNS.create({ id, params: { kind: "visits", line: id, steps, visit } });
    return finished(env, line, 1);
  },

  async create(env, { prefix, runs, atOnce }: Create) {
    const params = nothing(prefix, runs);
    await inParallel(atOnce, runs, 1, (run) => env.RUNS.create({ id: `${prefix}-${run}`, params }));
    return { created: runs };
  },

  async createBatch(env, { prefix, runs, atOnce }: Create) {
    const params = nothing(prefix, runs);
    await inParallel(atOnce, runs, BATCH, (first, end) =>
      env.RUNS.createBatch(requests(prefix, first, end, () => params)),
    );
    return { created: runs };
  },

  async settled(env) {
    return finished(env, created.line, created.runs);
  },

  async sleepers(env, { prefix, runs, until }: Sleepers) {
    const asleep = `${prefix} asleep`;
    const line = openLine(asleep, runs);
    awake = openLine(`${prefix} awake`, runs);
    await createAll(env, prefix, runs, () => ({ kind: "sleep", asleep, awake: `${prefix} awake`, until }));
    await line.all();
    return { created: runs };
  },

  async lateness() {
    await awake.all();
    return { ms: [...awake.marks] };
  },

  async hold(env, { prefix, runs }: Many) {
    const line = openLine(prefix, runs);
    await createAll(env, prefix, runs, () => ({ kind: "hold", line: prefix }));
    await line.all();
    return { created: runs };
  },

  async listen(env, { id, events, visit }: Listen) {
    await env.RUNS.create({ id, params: { kind: "listen", events, visit } });
    return { finished: 0 };
  },

  async event(env, { id }) {
    const run = await env.RUNS.get(id);
    await run.sendEvent({ type: "go", payload: null });
    return { finished: 0 };
  },

  async long(env, { id, steps, visit }: Visits) {
    await env.RUNS.create({ id, params: { kind: "long", steps, visit } });
    return { finished: 0 };
  },

  async pause(env, { id }) {
    const run = await env.RUNS.get(id);
    await run.pause();
    while ((await run.status()).status !== "paused") await scheduler.wait(5);
    return { finished: 0 };
  },

  async resume(env, { id }) {
    const run = await env.RUNS.get(id);
    await run.resume();
    return { finished: 0 };
  },

  async restart(env, { id, step }) {
    const run = await env.RUNS.get(id);
    await run.restart({ from: { name: step } });
    return { finished: 0 };
  },

  async agents(env, { prefix, agents, steps }) {
    await createAll(env, prefix, agents.length, (i) => ({ kind: "agent", agent: agents[i] ?? "", steps }));
    return { finished: 0 };
  },

  async update(env, { agent, update }) {
    await env.BenchAgent.get(env.BenchAgent.idFromName(agent)).show("", update);
    return { finished: 1 };
  },
};

function nothing(prefix: string, runs: number): Params {
  created = { line: openLine(prefix, runs), runs };
  return { kind: "nothing", line: prefix };
}

/** So many calls at a time until `runs` have been asked for, `batch` by `batch`. */
async function inParallel(
  atOnce: number,
  runs: number,
  batch: number,
  create: (first: number, end: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < runs) {
      const first = next;
      next = Math.min(runs, next + batch);
      await create(first, next);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

let created: { line: FinishLine; runs: number } = { line: openLine("nothing", 0), runs: 0 };
let awake: FinishLine = openLine("nobody", 0);

/** As many as the platform lets be created at once, all batches at a time. */
async function createAll(env: Env, prefix: string, runs: number, paramsOf: (run: number) => Params): Promise<void> {
  await inParallel(Math.ceil(runs / BATCH), runs, BATCH, (first, end) =>
    env.RUNS.createBatch(requests(prefix, first, end, paramsOf)),
  );
}

function requests(prefix: string, first: number, end: number, paramsOf: (run: number) => Params) {
  return Array.from({ length: end - first }, (_, i) => ({ id: `${prefix}-${first + i}`, params: paramsOf(first + i) }));
}

/** The last run to come to its end is also complete in the engine's books, as far as callers can see. */
async function finished(env: Env, line: FinishLine, runs: number): Promise<{ finished: number }> {
  const last = await line.all();
  if (runs === 0) return { finished: 0 };
  const run = await env.RUNS.get(last);
  for (;;) {
    const { status } = await run.status();
    if (status === "complete") return { finished: runs };
    if (status === "errored" || status === "terminated") throw new Error(`Run ${last} is ${status}.`);
    await scheduler.wait(1);
  }
}

export default {
  async fetch(request, env): Promise<Response> {
    const routed = await routeAgentRequest(request, env);
    if (routed !== null) return routed;
    const operation = new URL(request.url).pathname.slice(1);
    if (!isOperation(operation)) return new Response(`There is no operation ${operation}.`, { status: 404 });
    try {
      return Response.json(await answer(operation, env, await request.json()));
    } catch (error) {
      return new Response(error instanceof Error ? (error.stack ?? error.message) : String(error), { status: 500 });
    }
  },
} satisfies ExportedHandler<Env>;

function answer<O extends Operation>(operation: O, env: Env, asked: Operations[O]["asks"]): Promise<unknown> {
  return handlers[operation](env, asked);
}

function isOperation(name: string): name is Operation {
  return Object.hasOwn(handlers, name);
}
