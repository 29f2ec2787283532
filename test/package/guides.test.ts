import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Part } from "../fixtures/gateway-app/program.ts";
import { GatewayClient } from "../agents/gateway-client.ts";
import { REPOSITORY } from "../support/repository.ts";
import { type RunningServer, startCli, tempProject } from "../support/server.ts";

// The Workers in the guides do what the guides say.

let server: RunningServer | undefined;
const clients: GatewayClient[] = [];

async function serve(guide: string): Promise<void> {
  const [first, own] = await Promise.all(
    ["progress", guide].map((name) => readFile(join(REPOSITORY, "docs", "guides", `${name}.md`), "utf8")),
  );
  const config = block(first, "jsonc").replace(
    "{",
    `{ "alias": { "pawl/agent": "${join(REPOSITORY, "dist/agent/index.js")}" },`,
  );
  server = await startCli(await tempProject({ "wrangler.jsonc": config, "worker.ts": block(own, "ts") }));
}

async function connect(): Promise<GatewayClient> {
  const client = await GatewayClient.connect(server?.url ?? "", "import-agent/team-7");
  clients.push(client);
  return client;
}

async function start(client: GatewayClient, params: object): Promise<string> {
  const none: Part[] = [];
  return client.start(none, { params });
}

function block(text: string | undefined, language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text ?? "")?.[1];
  if (found === undefined) throw new Error(`there is no block of ${language}`);
  return found;
}

function guide(name: string, tests: () => void): void {
  describe(`the guide ${name}`, () => {
    beforeAll(async () => {
      await serve(name);
    });
    afterAll(async () => {
      for (const client of clients.splice(0)) client.close();
      await server?.stop();
    });
    tests();
  });
}

guide("progress", () => {
  test("a run shows its progress, over HTTP too", async () => {
    const client = await connect();
    const id = await start(client, { rows: 12 });
    const run = await client.untilRun(id, ({ status }) => status === "complete");
    expect(run).toMatchObject({ totalResults: 12, progress: 100 });
    const url = `${server?.url}/agents/import-agent/team-7`;
    await fetch(`${url}/start`, { method: "POST", body: JSON.stringify({ params: { rows: 2 } }) });
    await client.untilState(({ status, totalResults }) => status === "complete" && totalResults === 2);
    expect(await (await fetch(`${url}/state`)).json()).toMatchObject({ state: { results: [{ row: 1 }, { row: 2 }] } });
  });
});

guide("approval", () => {
  test("a person is asked, and the answer counts", async () => {
    const client = await connect();
    const id = await start(client, { amount: 7 });
    const asking = await client.untilRun(id, ({ waitingFor }) => waitingFor.length === 1);
    expect(asking).toMatchObject({
      step: "May 7 be paid?",
      waitingFor: [{ step: "wait-for-approval", event: "approval" }],
    });
    await client.must({ type: "approve", instanceId: id, metadata: { by: "Ada" } });
    const run = await client.untilRun(id, ({ status }) => status === "complete");
    expect(run.results).toEqual([{ paid: 7, approvedBy: "Ada" }]);
    const other = await start(client, { amount: 8 });
    await client.untilRun(other, ({ waitingFor }) => waitingFor.length === 1);
    await client.must({ type: "reject", instanceId: other, reason: "Too dear" });
    expect(await client.untilRun(other, ({ status }) => status === "error")).toMatchObject({ error: "Too dear" });
  });
});

guide("bounded-results", () => {
  test("the newest results are in the state, all of them in pages", async () => {
    const client = await connect();
    const id = await start(client, { rows: 30 });
    const run = await client.untilRun(id, ({ status }) => status === "complete");
    expect(run.results).toEqual(Array.from({ length: 10 }, (_, n) => ({ row: n + 21 })));
    const page = await client.must({ type: "results", instanceId: id, from: 0, limit: 200 });
    expect(page).toMatchObject({ from: 0, total: 30, results: Array.from({ length: 30 }, (_, n) => ({ row: n + 1 })) });
    expect(await client.must({ type: "runs", limit: 20 })).toMatchObject({ total: 1, next: null });
    await client.must({ type: "delete", instanceId: id });
  });
});

guide("scheduled-check", () => {
  test("an agent with a schedule of its own runs as any other", async () => {
    const client = await connect();
    const id = await start(client, { seconds: 0 });
    await client.untilRun(id, ({ status }) => status === "complete");
    expect(await client.must({ type: "status", instanceId: id })).toMatchObject({ type: "workflow_status" });
  });
});

guide("errors", () => {
  test("a step is tried again, a run fails, and begins anew", async () => {
    const client = await connect();
    const id = await start(client, { failures: 1 });
    const run = await client.untilRun(id, ({ status }) => status === "complete");
    expect(run.results).toEqual(["begun"]);
    const failing = await start(client, { failures: 9 });
    const failed = await client.untilRun(failing, ({ status }) => status === "error");
    expect(failed).toMatchObject({ results: ["begun"], error: "The service does not answer (attempt 4)." });
    expect(await client.ask({ type: "pause", instanceId: id })).toMatchObject({
      type: "error",
      code: "not_now",
      message: "This run cannot be paused: it is complete.",
    });
    await client.must({ type: "restart", instanceId: failing });
    await client.untilRun(failing, ({ startedAt, totalResults }) => startedAt > failed.startedAt && totalResults === 1);
  });
});
