// Restate: its server from npm, services in a process of their own, and this one, which calls them through the ingress.
import { fork, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as clients from "@restatedev/restate-sdk-clients";
import { freePort } from "./postgres.mjs";
import { inParallel, serve } from "./serve.mjs";

const READY_WITHIN_MS = 60_000;
/** Requests in flight to the ingress. */
const AT_ONCE = 100;

const [, , folder = "."] = process.argv;
const ports = { ingress: await freePort(), admin: await freePort(), node: await freePort() };
const server = startServer();
const services = fork(fileURLToPath(new URL("restate-services.mjs", import.meta.url)), { stdio: "inherit" });
const servicesPort = await said("port");
await registered();
const ingress = clients.connect({ url: `http://127.0.0.1:${ports.ingress}` });
const programs = ingress.serviceSendClient({ name: "programs" });
const listener = (/** @type {string} */ id) => ingress.workflowClient({ name: "listener" }, id);
const long = (/** @type {string} */ id) => ingress.workflowClient({ name: "long" }, id);
/** How many events a run was sent, or how often it was sent on. */
const sent = new Map();

function startServer() {
  const require = createRequire(import.meta.url);
  const binary = require.resolve(`@restatedev/restate-server-${platform()}-${arch()}/bin/restate-server`);
  // Its defaults, but for where it listens and what it prints.
  return spawn(binary, ["--base-dir", join(folder, "restate"), "--node-name", "bench", "--no-logo"], {
    stdio: ["ignore", "ignore", "ignore"],
    env: {
      ...process.env,
      RESTATE_LISTEN_MODE: "tcp",
      RESTATE_BIND_ADDRESS: `127.0.0.1:${ports.node}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${ports.node}/`,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ports.ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${ports.admin}`,
      RESTATE_DISABLE_TELEMETRY: "true",
      RESTATE_LOG_FILTER: "error",
    },
  });
}

/** Waits for something that the services say. */
function said(/** @type {string} */ what) {
  return new Promise((resolve) => {
    const hear = (/** @type {any} */ message) => {
      if (message.what !== what) return;
      services.off("message", hear);
      resolve(message.value);
    };
    services.on("message", hear);
  });
}

/** Has the services count; resolves when they do, with a promise of the marks when all have come. */
async function counted(/** @type {string} */ line, /** @type {number} */ expected) {
  const all = said(`line ${line}`);
  const opened = said(`opened ${line}`);
  services.send({ line, expected });
  await opened;
  return { all };
}

async function registered() {
  const uri = `http://127.0.0.1:${servicesPort}`;
  for (const until = Date.now() + READY_WITHIN_MS; ; await delay(100)) {
    try {
      const response = await fetch(`http://127.0.0.1:${ports.admin}/deployments`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ uri }),
      });
      if (response.ok) return;
      if (Date.now() > until) throw new Error(`Restate answered ${response.status}: ${await response.text()}`);
    } catch (error) {
      if (server.exitCode !== null || Date.now() > until) throw error;
    }
  }
}

const operations = {
  async chains({ prefix, runs, steps, ioMs, visit }) {
    const { all } = await counted(prefix, runs);
    await inParallel(AT_ONCE, runs, () => programs.chain({ line: prefix, steps, ioMs, visit }));
    await all;
    return { finished: runs };
  },
  async visits({ id, steps, visit }) {
    const { all } = await counted(id, 1);
    await programs.visits({ line: id, steps, visit });
    await all;
    return { finished: 1 };
  },
  async create({ prefix, runs, atOnce }) {
    created = (await counted(prefix, runs)).all;
    await inParallel(atOnce, runs, () => programs.chain({ line: prefix, steps: 0, ioMs: 0 }));
    return { created: runs };
  },
  async settled() {
    await created;
    return { finished: 0 };
  },
  async sleepers({ prefix, runs, until }) {
    const asleep = await counted(`${prefix} asleep`, runs);
    awake = (await counted(`${prefix} awake`, runs)).all;
    const asked = { asleep: `${prefix} asleep`, awake: `${prefix} awake`, until };
    await inParallel(AT_ONCE, runs, () => programs.sleep(asked));
    await asleep.all;
    return { created: runs };
  },
  async lateness() {
    return { ms: await awake };
  },
  async hold({ prefix, runs }) {
    const { all } = await counted(prefix, runs);
    await inParallel(AT_ONCE, runs, () => programs.hold({ line: prefix }));
    await all;
    return { created: runs };
  },
  async listen({ id, events, visit }) {
    await listener(id).workflowSubmit({ events, visit });
    return { finished: 0 };
  },
  async event({ id }) {
    await listener(id).go({ event: next(id) });
    return { finished: 0 };
  },
  async long({ id, steps, visit }) {
    await long(id).workflowSubmit({ steps, visit });
    return { finished: 0 };
  },
  async restart({ id }) {
    await long(id).again({ time: next(id) });
    return { finished: 0 };
  },
};

let created = Promise.resolve();
let awake = Promise.resolve();

function next(/** @type {string} */ id) {
  const number = sent.get(id) ?? 0;
  sent.set(id, number + 1);
  return number;
}

await serve(operations, {
  durability: "a replicated log with one replica and a state store, both in RocksDB, the log synced; its defaults",
  pids: [server.pid ?? 0, services.pid ?? 0],
  async stop() {
    for (const child of [services, server]) child.kill("SIGKILL");
  },
});
