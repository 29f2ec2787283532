import {
  introspectWorkflow,
  introspectWorkflowInstance,
  startTestServer,
  type TestServer,
  type TestWorkflow,
} from "pawl/testing";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ordersProject, Shop } from "./orders.ts";

let shop: Shop;
let server: TestServer;
let orders: TestWorkflow<{ items: string[] }>;

beforeAll(async () => {
  shop = await Shop.open();
  server = await startTestServer({ project: await ordersProject(), vars: { SHOP: shop.url } });
  orders = server.workflow("ORDERS");
});
beforeEach(() => {
  shop.asked.length = 0;
});
afterAll(async () => {
  await server.stop();
  await shop.close();
});

const items = ["book", "lamp"];

test("a mocked result takes the place of the call, sleeps are over at once, an event is there", async () => {
  await using order = await introspectWorkflowInstance(orders, "mocked");
  await order.modify(async (m) => {
    await m.disableSleeps();
    await m.mockStepResult({ name: "charge" }, "on the house");
    await m.mockStepResult({ name: "send", index: 2 }, "by hand");
    await m.mockEvent({ type: "approval", payload: "Ada" });
  });
  await orders.create({ id: "mocked", params: { items } });

  expect(await order.waitForStepResult({ name: "charge" })).toBe("on the house");
  expect(await order.waitForStepResult({ name: "send" })).toBe("done /send/book");
  expect(await order.waitForStepResult({ name: "approval", type: "waitForEvent" })).toMatchObject({ payload: "Ada" });
  await order.waitForStatus("complete");
  expect(await order.getOutput()).toEqual({
    charged: "on the house",
    approval: "Ada",
    sent: ["done /send/book", "by hand"],
  });
  expect(shop.asked).toEqual(["/send/book"]);
});

test("what a step is mocked with comes back as itself", async () => {
  const result = {
    map: new Map([["a", new Set([1n])]]),
    at: new Date(5),
    bytes: new Uint8Array([1, 2]),
    none: undefined,
  };
  await using order = await introspectWorkflowInstance(orders, "values");
  await order.modify((m) => m.mockStepResult({ name: "charge" }, result));
  await orders.create({ id: "values", params: { items } });
  expect(await order.waitForStepResult({ name: "charge" })).toEqual(result);
});

test("a mocked stream is the step's result, and is read as its bytes", async () => {
  await using order = await introspectWorkflowInstance(orders, "stream");
  await order.modify((m) => m.mockStepResult({ name: "charge" }, new Blob(["a long receipt"]).stream()));
  await orders.create({ id: "stream", params: { items } });
  const bytes = await order.waitForStepResult({ name: "charge" });
  expect(new TextDecoder().decode(bytes as Uint8Array)).toBe("a long receipt");
});

test("mocked errors and timeouts are for the first attempts, one after the other; then the step is called", async () => {
  await using order = await introspectWorkflowInstance(orders, "attempts");
  await order.modify(async (m) => {
    await m.disableRetryDelays([{ name: "charge" }]);
    await m.mockStepError({ name: "charge" }, new TypeError("no connection"), 1);
    await m.forceStepTimeout({ name: "charge" }, 2);
  });
  await orders.create({ id: "attempts", params: { items } });
  expect(await order.waitForStepResult({ name: "charge" })).toBe("done /charge?attempt=4");
  expect(shop.asked).toEqual(["/charge?attempt=4"]);
  const attempts = server.log.map(({ message }) => /run attempts .*/.exec(message)?.[0].split("\n")[0]);
  expect(attempts.filter((line) => line !== undefined)).toEqual([
    "run attempts step charge-1 attempt 1 failed, the next is in 0 ms: TypeError: no connection",
    expect.stringContaining("attempt 2 failed, the next is in 0 ms: WorkflowTimeoutError: Execution timed out after"),
    expect.stringContaining("attempt 3 failed"),
  ]);
});

test("a step that always fails ends the instance with its error, and nothing waits for what cannot come", async () => {
  await using order = await introspectWorkflowInstance(orders, "failed");
  await order.modify(async (m) => {
    await m.disableRetryDelays();
    await m.mockStepError({ name: "charge" }, new RangeError("no money"));
  });
  await orders.create({ id: "failed", params: { items } });

  await expect(order.waitForStepResult({ name: "charge" })).rejects.toMatchObject({
    name: "RangeError",
    message: "no money",
  });
  await order.waitForStatus("errored");
  expect(await order.getError()).toEqual({ name: "RangeError", message: "no money" });
  await expect(order.waitForStatus("complete")).rejects.toThrow(
    "[WorkflowIntrospector] The Workflow instance failed has reached status 'errored'. This is a finite status that prevents it from ever reaching the expected status of 'complete'.",
  );
  await expect(order.waitForStepResult({ name: "send" })).rejects.toThrow("without an outcome of step 'send' (1)");
  await expect(order.getOutput()).rejects.toThrow('is in status "errored" but must be "complete"');
});

test("a wait for an event is forced to its timeout", async () => {
  await using order = await introspectWorkflowInstance(orders, "impatient");
  await order.modify(async (m) => {
    await m.disableSleeps([{ name: "cool off" }]);
    await m.forceEventTimeout({ name: "approval" });
  });
  await orders.create({ id: "impatient", params: { items: [] } });
  await order.waitForStatus("complete");
  expect(await order.getOutput()).toMatchObject({
    approval: expect.stringContaining(`Execution timed out after ${7 * 24 * 3_600_000}ms`) as string,
  });
});

test("a run that is asleep heeds what is changed, and takes the events that are sent", async () => {
  await using order = await introspectWorkflowInstance(orders, "asleep");
  const handle = await orders.create({ id: "asleep", params: { items: [] } });
  expect(await order.waitForStepResult({ name: "charge" })).toBe("done /charge?attempt=1");
  await order.modify((m) => m.disableSleeps());
  await order.waitForStepResult({ name: "cool off", type: "sleep" });
  await handle.sendEvent({ type: "approval", payload: "Bob" });
  await order.waitForStatus("complete");
  expect(await order.getOutput()).toMatchObject({ approval: "Bob" });
  expect(shop.asked).toEqual(["/charge?attempt=1"]);
});

test("what is changed holds for a restart of the instance too, events and failures from the beginning", async () => {
  await using order = await introspectWorkflowInstance(orders, "again");
  await order.modify(async (m) => {
    await m.disableSleeps();
    await m.disableRetryDelays();
    await m.mockStepError({ name: "charge" }, new Error("once"), 1);
    await m.mockEvent({ type: "approval", payload: "Ada" });
  });
  const handle = await orders.create({ id: "again", params: { items: [] } });
  await order.waitForStatus("complete");
  const output = await order.getOutput();
  expect(output).toEqual({ charged: "done /charge?attempt=2", approval: "Ada", sent: [] });

  await handle.restart();
  await order.waitForStatus("complete");
  expect(await order.getOutput()).toEqual(output);
  await handle.restart({ from: { name: "approval", type: "waitForEvent" } });
  await order.waitForStatus("complete");
  expect(await order.getOutput()).toEqual(output);
  expect(shop.asked).toEqual(["/charge?attempt=2", "/charge?attempt=2"]);
});

test("an evicted run goes on from its journal; one that has ended or is paused cannot be", async () => {
  await using order = await introspectWorkflowInstance(orders, "evicted");
  await order.modify((m) => m.disableSleeps());
  const handle = await orders.create({ id: "evicted", params: { items: ["book"] } });
  await order.waitForStepResult({ name: "cool off", type: "sleep" });
  await order.evict();
  await handle.sendEvent({ type: "approval", payload: "Ada" });
  await order.waitForStatus("complete");
  expect(shop.asked).toEqual(["/charge?attempt=1", "/send/book"]);
  await expect(handle.evict()).rejects.toThrow('"evicted" cannot be evicted: it is "complete"');
});

test("code that is not deterministic shows when every outcome is followed by a replay", async () => {
  const dice = server.workflow("DICE");
  await using kept = await introspectWorkflowInstance(dice, "kept");
  await dice.create({ id: "kept" });
  await kept.waitForStatus("complete");
  expect(await kept.getOutput()).toBe(true);

  await using replayed = await introspectWorkflowInstance(dice, "replayed");
  await replayed.modify((m) => m.replayAlways());
  await dice.create({ id: "replayed" });
  await replayed.waitForStatus("complete");
  expect(await replayed.getOutput()).toBe(false);
});

test("the instances that the application creates itself are changed and found, and gone afterwards", async () => {
  const before = await orders.create({ id: "before", params: { items: [] } });
  const session = await introspectWorkflow(orders);
  await expect(introspectWorkflow(orders)).rejects.toThrow(
    'Workflow "orders" already has an active introspection session for binding "ORDERS".',
  );
  await session.modifyAll(async (m) => {
    await m.disableSleeps();
    await m.mockStepResult({ name: "charge" }, "mocked");
    await m.mockEvent({ type: "approval", payload: "Ada" });
  });
  const made = (await (await server.fetch("/")).json()) as { id: string; shop: string };
  expect(made.shop).toBe(shop.url);
  const found = await session.get();
  expect(found.map(({ id }) => id)).toEqual([made.id]);
  await found[0]?.waitForStatus("complete");
  expect(await found[0]?.getOutput()).toEqual({ charged: "mocked", approval: "Ada", sent: ["done /send/book"] });
  await session.dispose();

  await expect(orders.get(made.id)).rejects.toThrow("instance.not_found");
  expect((await before.status()).status).not.toBe("complete");
  await before.delete();
  await using after = await introspectWorkflowInstance(orders, "after");
  await orders.create({ id: "after", params: { items: [] } });
  expect(await after.waitForStepResult({ name: "charge" })).toBe("done /charge?attempt=1");
});

test("several are created at once, those whose id exists left out", async () => {
  await using session = await introspectWorkflow(orders);
  await session.modifyAll((m) => m.mockStepResult({ name: "charge" }, "mocked"));
  const batch = ["x", "y", "x"].map((id) => ({ id, params: { items: [] } }));
  expect((await orders.createBatch(batch)).map(({ id }) => id)).toEqual(["x", "y"]);
  await expect(orders.create({ id: "x" })).rejects.toThrow("(instance.already_exists)");
  expect((await session.get()).map(({ id }) => id).toSorted()).toEqual(["x", "y"]);
});

test("after a kill the changes hold from the first moment on", async () => {
  await using order = await introspectWorkflowInstance(orders, "killed");
  await order.modify((m) => m.mockStepResult({ name: "charge" }, "mocked"));
  await orders.create({ id: "killed", params: { items: ["book"] } });
  await order.waitForStepResult({ name: "charge" });
  await order.modify(async (m) => {
    await m.disableSleeps();
    await m.mockStepResult({ name: "send" }, "mocked too");
  });
  const ended = order.waitForStatus("complete");
  await server.kill();
  await expect(orders.get("killed")).rejects.toThrow("server.restart()");
  await server.restart();
  await (await orders.get("killed")).sendEvent({ type: "approval", payload: "Ada" });
  await ended;
  expect(await order.getOutput()).toEqual({ charged: "mocked", approval: "Ada", sent: ["mocked too"] });
  expect(shop.asked).toEqual([]);
});
