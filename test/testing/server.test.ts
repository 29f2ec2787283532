import { access } from "node:fs/promises";
import { startServer } from "pawl/host";
import { introspectWorkflowInstance, startTestServer } from "pawl/testing";
import { expect, test } from "vitest";
import { temporaryDirectory, tempProject } from "../support/server.ts";
import { ordersProject } from "./orders.ts";

test("a wait that is in vain says where the run is, and a stopped server leaves nothing behind", async () => {
  const server = await startTestServer({ project: await ordersProject() });
  try {
    const orders = server.workflow("ORDERS");
    const order = await introspectWorkflowInstance(orders, "slow");
    await order.modify((m) => m.mockStepResult({ name: "charge" }, "mocked"));
    await orders.create({ id: "slow", params: { items: [] } });
    await order.waitForStepResult({ name: "charge" });
    await expect(order.waitForStatus("complete", { patienceMs: 300 })).rejects.toThrow(
      /^Waited 0\.3 s for instance "slow" of workflow "orders" to be "complete"; it is "\w+"\.\nIts last steps:\n {2}charge: completed/,
    );
    const nobody = await introspectWorkflowInstance(orders, "nobody");
    await expect(nobody.waitForStepResult({ name: "charge", patienceMs: 50 })).rejects.toThrow('it is "not created"');

    expect(() => server.workflow("ORDER")).toThrow('no workflow binding "ORDER". It has: ORDERS, DICE.');
    await expect(order.modify((m) => m.mockStepResult({ name: "charge" }, 1))).rejects.toThrow(
      "[WorkflowIntrospector] Trying to mock step 'charge' multiple times!",
    );
  } finally {
    await server.stop();
  }
  await server.stop();
  await expect(access(server.dataDirectory)).rejects.toThrow("ENOENT");
  await expect(server.restart()).rejects.toThrow("stopped for good");
});

test("a project that cannot be built does not start, and leaves nothing behind", async () => {
  const project = await tempProject({
    "wrangler.jsonc": `{ "name": "broken", "main": "worker.ts", "compatibility_date": "2026-11-01" }`,
    "worker.ts": `import { nothing } from "./nowhere.ts";\nexport default { fetch: nothing };`,
  });
  await expect(startTestServer({ project })).rejects.toMatchObject({ code: "build_failed" });
});

test("in a server that was not started for testing there is no way in: neither for the host nor for the application", async () => {
  const project = await tempProject({
    "wrangler.jsonc": JSON.stringify({
      name: "shut",
      main: "worker.ts",
      compatibility_date: "2026-11-01",
      workflows: [{ binding: "PLAIN", name: "plain", class_name: "Plain" }],
    }),
    "worker.ts": `
      import { WorkflowEntrypoint } from "cloudflare:workers";
      export class Plain extends WorkflowEntrypoint {
        async run(_event: unknown, step: { do(name: string, callback: () => Promise<unknown>): Promise<unknown> }) {
          return step.do("real", async () => "real");
        }
      }
      export default {
        async fetch(request: Request, env: any) {
          const shard = env.PAWL_ENGINE.get(env.PAWL_ENGINE.idFromName("shard-0"));
          const call = await request.json();
          return Response.json([await shard.test(call), await shard.testHere(call)]);
        },
      };`,
  });
  const server = await startServer({
    project,
    port: 0,
    dataDirectory: await temporaryDirectory("data"),
    log: () => undefined,
  });
  try {
    const call = { op: "evict", workflow: "plain", id: "a" };
    await expect(server.test(call, 5000)).rejects.toThrow("404");
    const answers: unknown = await (await fetch(server.url, { method: "POST", body: JSON.stringify(call) })).json();
    const refused = { error: { name: "Error", message: "This server was not started for testing." } };
    expect(answers).toEqual([refused, refused]);
  } finally {
    await server.close();
  }
});
