/**
 * How long a server takes to start: from the finished build until it answers, with new data and with data that is there.
 *
 *     npm run bench:start -- [--runs 10] [project]
 *
 * The project defaults to examples/csv-import. Every run is the real command in a process of its own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { REPOSITORY } from "../test/support/repository.ts";
import { CLI } from "../test/support/running-server.ts";
import { machine } from "./machine.ts";
import { median } from "./statistics.ts";
import { versionIn } from "./subjects/versions.ts";

interface Ready {
  readonly event: "ready";
  readonly startedInMs: number;
  readonly url: string;
}

const { values, positionals } = parseArgs({
  options: { runs: { type: "string", default: "10" } },
  allowPositionals: true,
});
const project = positionals[0] ?? join(REPOSITORY, "examples", "csv-import");
const runs = Math.max(1, Number(values.runs));

console.log(machine());
console.log(
  `node ${process.versions.node}, workerd ${await versionIn("node_modules/workerd")}, pawl ${await versionIn(".")}`,
);
console.log(`pawl start ${relative(REPOSITORY, project) || project}: finished build to ready, ms, ${runs} runs each`);
const fresh: number[] = [];
const again: number[] = [];
for (let run = 0; run < runs; run++) {
  const data = await mkdtemp(join(tmpdir(), "pawl-bench-"));
  try {
    fresh.push(await startOnce(project, data));
    again.push(await startOnce(project, data));
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}
console.log(summary("new data", fresh));
console.log(summary("data that is there", again));

/** One start and stop; resolves with the milliseconds that the server itself reports. */
async function startOnce(projectPath: string, data: string): Promise<number> {
  const child = spawn(
    process.execPath,
    [CLI, "start", projectPath, "--port", "0", "--data", data, "--log-format", "json"],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString("utf8")));
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  try {
    const ready = await untilReady(child, () => complaints);
    // Ready is what the server says; that it answers is checked from outside.
    await fetch(ready.url);
    return ready.startedInMs;
  } finally {
    child.kill("SIGINT");
    await ended;
  }
}

async function untilReady(child: ChildProcess, complaints: () => string): Promise<Ready> {
  if (child.stdout === null) throw new Error("The server has no output.");
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("{") && line.includes('"event":"ready"')) return JSON.parse(line) as Ready;
  }
  throw new Error(`The server ended before it was ready:\n${complaints()}`);
}

function summary(label: string, times: readonly number[]): string {
  const [least, most] = [Math.min(...times), Math.max(...times)];
  return `  ${label.padEnd(20)} median ${median(times).toFixed(0)}, min ${least}, max ${most}`;
}
