// openworkflow on its SQLite backend, client and worker in one process as its quick start has them.
import { join } from "node:path";
import { OpenWorkflow } from "openworkflow";
import { BackendSqlite } from "openworkflow/sqlite";
import { cross, openLine } from "./lines.mjs";
import { inParallel, io, serve, visit } from "./serve.mjs";

/** Runs that are executed at a time; the default of 1 would leave it nothing to overlap. */
const CONCURRENCY = 100;

const [, , folder = "."] = process.argv;
const backend = BackendSqlite.connect(join(folder, "openworkflow.db"));
const ow = new OpenWorkflow({ backend });

const chain = ow.defineWorkflow({ name: "chain" }, async ({ input, step }) => {
  const { line, steps, ioMs, url } = /** @type {{ line: string, steps: number, ioMs: number, url?: string }} */ (input);
  if (url !== undefined) await visit(url);
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    sum += await step.run({ name: `step ${i}` }, async () => {
      await io(ioMs);
      return i;
    });
  }
  cross(line);
  return sum;
});

const visits = ow.defineWorkflow({ name: "visits" }, async ({ input, step }) => {
  const asked = /** @type {{ line: string, steps: number, visit: string }} */ (input);
  for (let i = 0; i < asked.steps; i++) await step.run({ name: `step ${i}` }, () => visit(asked.visit));
  cross(asked.line);
});

const sleeper = ow.defineWorkflow({ name: "sleeper" }, async ({ input, step }) => {
  const { asleep, awake, until } = /** @type {{ asleep: string, awake: string, until: number }} */ (input);
  cross(asleep);
  await step.sleep("until all are due", `${Math.max(0, until - Date.now())}ms`);
  cross(awake, Date.now() - until);
});

const listener = ow.defineWorkflow({ name: "listener" }, async ({ input, step }) => {
  const asked = /** @type {{ id: string, events: number, visit: string }} */ (input);
  for (let i = 0; i < asked.events; i++) {
    await step.waitForSignal({ name: `event ${i}`, signal: asked.id, timeout: "1h" });
    await step.run({ name: `step ${i}` }, () => visit(asked.visit));
  }
});

let created = openLine("created", 0);
let awake = openLine("awake", 0);

const operations = {
  async chains({ prefix, runs, steps, ioMs, visit: url }) {
    const line = openLine(prefix, runs);
    await inParallel(runs, runs, () => chain.run({ line: prefix, steps, ioMs, url }));
    await line.all;
    return { finished: runs };
  },
  async visits({ id, steps, visit }) {
    const line = openLine(id, 1);
    await visits.run({ line: id, steps, visit });
    await line.all;
    return { finished: 1 };
  },
  async create({ prefix, runs, atOnce }) {
    created = openLine(prefix, runs);
    await inParallel(atOnce, runs, () => chain.run({ line: prefix, steps: 0, ioMs: 0 }));
    return { created: runs };
  },
  async settled() {
    await created.all;
    return { finished: created.expected };
  },
  async sleepers({ prefix, runs, until }) {
    const asleep = openLine(`${prefix} asleep`, runs);
    awake = openLine(`${prefix} awake`, runs);
    await inParallel(runs, runs, () => sleeper.run({ asleep: `${prefix} asleep`, awake: `${prefix} awake`, until }));
    await asleep.all;
    return { created: runs };
  },
  async lateness() {
    await awake.all;
    return { ms: awake.marks };
  },
  async listen({ id, events, visit }) {
    await listener.run({ id, events, visit });
    return { finished: 0 };
  },
  async event({ id }) {
    // A signal that nobody waits for yet is dropped, by its documentation.
    while ((await ow.sendSignal({ signal: id })).workflowRunIds.length === 0) await io(1);
    return { finished: 0 };
  },
};

const worker = ow.newWorker({ concurrency: CONCURRENCY });
await worker.start();
await serve(operations, {
  durability: `SQLite of node ${process.versions.node}, WAL, every commit synced (synchronous = FULL); worker concurrency ${CONCURRENCY}`,
  pids: [process.pid],
  // Runs that wait for long would have the worker wait for them.
  stop: async () => {},
});
