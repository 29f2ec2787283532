import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngineApp } from "./app.ts";

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start();
});
afterAll(async () => {
  await app.stop();
});

const MIB = 1024 * 1024;
/** More than a call between objects carries at all. */
const LARGE = "x".repeat(33 * MIB);

// What a program sees of limits is in the conformance suite; here is what callers see, and what takes many of something.

describe("1 MiB of params (spec §11)", () => {
  test.each([
    ["create", (params: unknown) => [{ params }]],
    ["createBatch", (params: unknown) => [[{}, { params }]]],
    ["createBatch", (params: unknown) => [{ instances: [{ params }] }]],
    ["createBatch", (params: unknown) => [{ count: 1, params }]],
  ] as const)("%s takes it, and refuses more", async (method, argsOf) => {
    await app.call(method, [...argsOf("x".repeat(MIB))]);
    await expect(app.call(method, [...argsOf("x".repeat(MIB + 1))])).rejects.toThrow(
      /^WorkflowError: Params of instance ".*" is too large\. Maximum allowed size is 1MiB\.$/,
    );
  });

  test("what cannot even be carried is refused as too large as well, and makes nothing", async () => {
    await expect(app.call("create", [{ id: "huge", params: LARGE }])).rejects.toThrow(
      "WorkflowError: The arguments are too large: params and payloads may take 1MiB each",
    );
    await expect(app.call("get", ["huge"])).rejects.toThrow("instance.not_found");
  });
});

test("an event's payload may be 1 MiB; more is refused and leaves nothing behind (spec §8)", async () => {
  const id = await app.create("waits");
  await expect(app.send(id, "x".repeat(MIB + 1))).rejects.toThrow(
    'WorkflowError: Payload of event "go" is too large. Maximum allowed size is 1MiB.',
  );
  await expect(app.send(id, LARGE)).rejects.toThrow("WorkflowError: The arguments are too large");
  await app.send(id, "x".repeat(MIB - 10));
  const { status, output } = await app.until(id, ["complete", "errored"]);
  expect({ status, length: String((output as string[])[0]).length }).toEqual({ status: "complete", length: MIB - 10 });
});

test("deleteBatch takes 100 ids, and refuses more (spec §3.5)", async () => {
  const ids = Array.from({ length: 101 }, (_, i) => `nobody-${i}`);
  expect(await app.call("deleteBatch", [ids.slice(0, 100)])).toMatchObject({ deleted: [] });
  await expect(app.call("deleteBatch", [ids])).rejects.toThrow(
    "(body) batchDeleteInstances only supports 100 instances at a time",
  );
});

test("10,000 steps are the limit where none is configured (spec §6.13)", async () => {
  expect(await app.run("quick", { count: 10_000 })).toMatchObject({ status: "complete" });
  expect(await app.run("quick", { count: 10_001 })).toMatchObject({
    status: "errored",
    error: {
      name: "WorkflowFatalError",
      message: "The limit of 10000 steps has been reached. This limit can be changed in your worker configuration.",
    },
  });
});
