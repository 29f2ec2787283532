import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Part, Report } from "../fixtures/gateway-app/program.ts";
import type { Application, Served } from "../support/cloudflare/application.ts";
import { bundleWorker } from "../support/cloudflare/bundle.ts";
import { serveOnMiniflare } from "../support/cloudflare/miniflare.ts";
import { serveOnWorkerd } from "../support/cloudflare/workerd.ts";
import { temporaryDirectory } from "../support/server.ts";
import { GatewayClient } from "./gateway-client.ts";

// `pawl/agent` needs nothing of Pawl's engine: the same application on Cloudflare's own.

const MAIN = fileURLToPath(new URL("../fixtures/gateway-app/main.ts", import.meta.url));

const add = (value: unknown): Report => ({ report: "addResult", args: [value] });
const at = (step: string, progress: number): Report => ({ report: "updateStep", args: [step, progress] });

let application: Application;
beforeAll(async () => {
  application = {
    name: "gateway-app",
    script: await bundleWorker(MAIN),
    compatibilityDate: "2026-04-26",
    compatibilityFlags: ["nodejs_compat"],
    objects: ["Office", "Closet"].map((name) => ({ binding: name, className: name })),
    workflows: [
      { binding: "WORK", name: "work", className: "Work" },
      { binding: "MORE_WORK", name: "more-work", className: "MoreWork" },
      { binding: "PLAIN_WORK", name: "plain-work", className: "PlainWork" },
      { binding: "OLD_WORK", name: "old-work", className: "OldWork" },
      { binding: "SECRET_WORK", name: "secret-work", className: "SecretWork" },
    ],
  };
});

describe.each<[string, (app: Application) => Promise<Served>]>([
  ["wrangler dev", (app) => serveOnMiniflare(app)],
  ["workerd", async (app) => serveOnWorkerd(app, await temporaryDirectory("cloudflare"))],
])("on the engine of %s", (_engine, serve) => {
  let served: Served | undefined;
  const clients: GatewayClient[] = [];
  beforeAll(async () => {
    served = await serve(application);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  afterAll(async () => {
    await served?.stop();
  });

  async function connect(name: string): Promise<GatewayClient> {
    const client = await GatewayClient.connect(served?.url ?? "", `office/${name}`);
    clients.push(client);
    return client;
  }

  test("a run reports step by step and ends; a step that is tried again leaves each result once", async () => {
    const client = await connect("retried");
    const id = await client.start([
      { step: "work", deeds: [add("once"), { failures: 2 }, at("at last", 50), add("at last")] },
      add("between"),
      { step: "hold", deeds: [{ gate: "hold" }] },
    ]);
    await client.untilRun(id, ({ totalResults }) => totalResults === 3);
    expect(client.run(id)).toMatchObject({ status: "running", step: "at last", progress: 50 });
    await client.untilAwaited("hold");
    await client.call("openGate", "hold");
    const run = await client.untilRun(id, ({ status }) => status === "complete");
    expect(run).toMatchObject({ results: ["once", "at last", "between"], progress: 100, error: null });
  });

  test("a run waits for an approval, and for nothing when it has come", async () => {
    const client = await connect("approved");
    const id = await client.start([{ approval: true }, { wait: "for news", event: "news" }, add("approved")]);
    await client.untilRun(id, ({ waitingFor }) => waitingFor[0]?.event === "approval");
    await client.must({ type: "approve", instanceId: id });
    await client.untilRun(id, ({ waitingFor }) => waitingFor[0]?.event === "news");
    expect(await client.ask({ type: "approve", instanceId: id })).toMatchObject({ code: "not_waiting" });
    await client.must({ type: "sendEvent", instanceId: id, event: { type: "news" } });
    const run = await client.untilRun(id, ({ status }) => status === "complete");
    expect(run).toMatchObject({ results: ["approved"], waitingFor: [] });
  });

  test("a run that fails has failed for its clients; one that is cancelled is cancelled", async () => {
    const client = await connect("ends");
    for (const workflow of ["WORK", "MORE_WORK", "PLAIN_WORK"]) {
      const id = await client.start([add("x"), { throw: "unlucky" }], { workflow });
      expect(await client.untilRun(id, ({ status }) => status === "error")).toMatchObject({ results: ["x"] });
    }
    const id = await client.start([{ wait: "for ever", event: "never" }]);
    await client.untilRun(id, ({ waitingFor }) => waitingFor.length === 1);
    await client.must({ type: "cancel", instanceId: id });
    expect(await client.untilRun(id, ({ status }) => status !== "running")).toMatchObject({
      status: "cancelled",
      error: null,
    });
  });

  test("a run that is paused has not failed, and goes on when it is resumed", async () => {
    const client = await connect("paused");
    const program: Part[] = [
      add("before"),
      { wait: "for news", event: "news" },
      { step: "after", deeds: [add("after")] },
    ];
    const id = await client.start(program);
    await client.untilRun(id, ({ waitingFor }) => waitingFor.length === 1);
    await client.must({ type: "pause", instanceId: id });
    await client.untilRun(id, ({ status }) => status === "paused");
    await client.must({ type: "resume", instanceId: id });
    await client.untilRun(id, ({ status }) => status === "running");
    await client.must({ type: "sendEvent", instanceId: id, event: { type: "news" } });
    const run = await client.untilRun(id, ({ status }) => status === "complete" || status === "error");
    expect(run).toMatchObject({ status: "complete", results: ["before", "after"] });
  });

  test("a run is refused where its id is taken, and asked about where it never reports", async () => {
    const client = await connect("truth");
    await client.start([], { instanceId: "unique" });
    const again = await client.ask({ type: "start", instanceId: "unique", params: { program: [] } });
    expect(again).toMatchObject({ code: "id_taken" });
    const old = await client.start([{ step: "work", deeds: [add("said")] }], { workflow: "OLD_WORK" });
    await client.untilRun(old, ({ totalResults }) => totalResults === 1);
    await expect
      .poll(async () => client.ask({ type: "status", instanceId: old }), { timeout: 20_000 })
      .toMatchObject({ status: "complete" });
    await client.call("compareNow");
    expect(await client.untilRun(old, ({ status }) => status !== "running")).toMatchObject({ status: "complete" });
  });
});
