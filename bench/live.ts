/**
 * What it costs to keep clients up to date: one agent with a run of many results, and many clients.
 *
 *     npm run bench:live -- [--results 1000] [--clients 100] [--updates 50] [--burst 500]
 *
 * A plain agent that sets its state at every report stands beside a WorkflowAgent, once with clients that know nothing
 * but whole states and once with clients that ask for what is new.
 */
import { setTimeout as delay } from "node:timers/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { REPOSITORY } from "../test/support/repository.ts";
import { RunningServer } from "../test/support/running-server.ts";
import { closeConnections, post } from "./driver/call.ts";
import { Listener } from "./driver/listener.ts";
import { newFolder, removeFolder } from "./driver/folders.ts";
import { machine } from "./machine.ts";
import { median, percentile } from "./statistics.ts";
import { versionIn } from "./subjects/versions.ts";

/** Longer than a frame, so that every update is a message of its own. */
const BETWEEN_MS = 40;

interface Variant {
  readonly title: string;
  readonly agent: "PlainAgent" | "GatewayAgent";
  readonly path: string;
}

const VARIANTS: readonly Variant[] = [
  { title: "Agent, setState", agent: "PlainAgent", path: "plain-agent/live" },
  { title: "WorkflowAgent, whole states", agent: "GatewayAgent", path: "gateway-agent/live" },
  { title: "WorkflowAgent, deltas", agent: "GatewayAgent", path: "gateway-agent/live?_deltas=1" },
];

const { values } = parseArgs({
  options: {
    results: { type: "string", default: "1000" },
    clients: { type: "string", default: "100" },
    updates: { type: "string", default: "50" },
    burst: { type: "string", default: "500" },
  },
});
const sizes = {
  results: Number(values.results),
  clients: Number(values.clients),
  updates: Number(values.updates),
  burst: Number(values.burst),
};

console.log(machine());
console.log(`workerd ${await versionIn("node_modules/workerd")}, pawl ${await versionIn(".")}`);
console.log(
  `one run with ${sizes.results} results, ${sizes.clients} clients, ${sizes.updates} updates of its progress\n`,
);
const header = [
  "",
  "bytes per update and client",
  "ms until all know, p50",
  "p99",
  `messages of a burst of ${sizes.burst}`,
  "ms per update of it",
];
const rows = [header];
for (const variant of VARIANTS) rows.push([variant.title, ...(await measure(variant))]);
closeConnections();
for (const row of rows)
  console.log(row.map((cell, n) => (n === 0 ? cell.padEnd(30) : cell.padStart(header[n]?.length ?? 0))).join("  "));

/** One variant, on a server of its own. */
async function measure({ agent, path }: Variant): Promise<string[]> {
  const folder = await newFolder("live");
  const server = new RunningServer(join(REPOSITORY, "bench", "live-app"), folder, {});
  await server.restart();
  const url = server.url.replace(/\/$/, "");
  const clients: Listener[] = [];
  try {
    const results = Array.from({ length: sizes.results }, (_, n) => ({
      item: `item-${n}`,
      result: `Processed: item-${n}`,
    }));
    await post(url, { agent, results });
    const address = `${url.replace(/^http/, "ws")}/agents/${path}`;
    for (let n = 0; n < sizes.clients; n++) clients.push(await Listener.connect(address));

    const times: number[] = [];
    const before = bytesOf(clients);
    for (let n = 0; n < sizes.updates; n++) {
      const known = Promise.all(clients.map((client) => client.until(`update ${n}`)));
      const started = performance.now();
      await Promise.all([post(url, { agent, steps: [`update ${n}`] }), known]);
      times.push(performance.now() - started);
      await delay(BETWEEN_MS);
    }
    const bytes = (bytesOf(clients) - before) / sizes.updates / sizes.clients;

    const steps = Array.from({ length: sizes.burst }, (_, n) => `burst ${n}`);
    const messages = messagesOf(clients);
    const known = Promise.all(clients.map((client) => client.until(`burst ${sizes.burst - 1}`)));
    const started = performance.now();
    await Promise.all([post(url, { agent, steps }), known]);
    const burstMs = performance.now() - started;
    const perListener = (messagesOf(clients) - messages) / sizes.clients;
    return [
      bytes.toFixed(0),
      median(times).toFixed(1),
      percentile(times, 0.99).toFixed(1),
      perListener.toFixed(0),
      (burstMs / sizes.burst).toFixed(2),
    ];
  } finally {
    for (const client of clients) client.close();
    await server.stop();
    await removeFolder(folder);
  }
}

function bytesOf(clients: readonly Listener[]): number {
  return clients.reduce((sum, { bytes }) => sum + bytes, 0);
}

function messagesOf(clients: readonly Listener[]): number {
  return clients.reduce((sum, { messages }) => sum + messages, 0);
}
