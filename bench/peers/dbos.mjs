// DBOS on PostgreSQL, in one process as its programming guide has it.
import { DBOS } from "@dbos-inc/dbos-sdk";
import { cross, openLine } from "./lines.mjs";
import { startPostgres } from "./postgres.mjs";
import { inParallel, io, serve, visit } from "./serve.mjs";

const [, , folder = ".", binaries = ""] = process.argv;
const postgres = await startPostgres(folder, binaries);
const HOLD_MS = 3_600_000;

const chain = DBOS.registerWorkflow(
  async (/** @type {string} */ line, /** @type {number} */ steps, /** @type {number} */ ioMs, url = "") => {
    if (url !== "") await visit(url);
    let sum = 0;
    for (let i = 0; i < steps; i++) {
      sum += await DBOS.runStep(
        async () => {
          await io(ioMs);
          return i;
        },
        { name: `step ${i}` },
      );
    }
    cross(line);
    return sum;
  },
  { name: "chain" },
);

const visits = DBOS.registerWorkflow(
  async (/** @type {string} */ line, /** @type {number} */ steps, /** @type {string} */ url) => {
    for (let i = 0; i < steps; i++) await DBOS.runStep(() => visit(url), { name: `step ${i}` });
    cross(line);
  },
  { name: "visits" },
);

const sleeper = DBOS.registerWorkflow(
  async (/** @type {string} */ asleep, /** @type {string} */ awakeLine, /** @type {number} */ until) => {
    cross(asleep);
    await DBOS.sleep(Math.max(0, until - Date.now()));
    cross(awakeLine, Date.now() - until);
  },
  { name: "sleeper" },
);

const holder = DBOS.registerWorkflow(
  async (/** @type {string} */ line) =>
    DBOS.runStep(
      async () => {
        cross(line);
        await io(HOLD_MS);
      },
      { name: "hold" },
    ),
  { name: "holder" },
);

const listener = DBOS.registerWorkflow(
  async (/** @type {number} */ events, /** @type {string} */ url) => {
    for (let i = 0; i < events; i++) {
      await DBOS.recv("go", { timeoutSeconds: 3600 });
      await DBOS.runStep(() => visit(url), { name: `step ${i}` });
    }
  },
  { name: "listener" },
);

let created = openLine("created", 0);
let awake = openLine("awake", 0);

const operations = {
  async chains({ prefix, runs, steps, ioMs, visit: url }) {
    const line = openLine(prefix, runs);
    await inParallel(runs, runs, () => DBOS.startWorkflow(chain)(prefix, steps, ioMs, url));
    await line.all;
    return { finished: runs };
  },
  async visits({ id, steps, visit }) {
    const line = openLine(id, 1);
    await DBOS.startWorkflow(visits)(id, steps, visit);
    await line.all;
    return { finished: 1 };
  },
  async create({ prefix, runs, atOnce }) {
    created = openLine(prefix, runs);
    await inParallel(atOnce, runs, () => DBOS.startWorkflow(chain)(prefix, 0, 0));
    return { created: runs };
  },
  async settled() {
    await created.all;
    return { finished: created.expected };
  },
  async sleepers({ prefix, runs, until }) {
    const asleep = openLine(`${prefix} asleep`, runs);
    awake = openLine(`${prefix} awake`, runs);
    await inParallel(runs, runs, () => DBOS.startWorkflow(sleeper)(`${prefix} asleep`, `${prefix} awake`, until));
    await asleep.all;
    return { created: runs };
  },
  async lateness() {
    await awake.all;
    return { ms: awake.marks };
  },
  async hold({ prefix, runs }) {
    const line = openLine(prefix, runs);
    await inParallel(runs, runs, () => DBOS.startWorkflow(holder)(prefix));
    await line.all;
    return { created: runs };
  },
  async listen({ id, events, visit }) {
    await DBOS.startWorkflow(listener, { workflowID: id })(events, visit);
    return { finished: 0 };
  },
  async event({ id }) {
    await DBOS.send(id, null, "go");
    return { finished: 0 };
  },
};

DBOS.setConfig({ name: "bench", systemDatabaseUrl: postgres.url, logLevel: "error" });
await DBOS.launch();
await serve(operations, {
  durability: `${postgres.version}, fsync and synchronous_commit on; pool of 10 connections; its defaults`,
  pids: [process.pid],
  stop: async () => postgres.stop(),
});
