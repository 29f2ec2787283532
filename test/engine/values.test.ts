import { afterAll, beforeAll, expect, test } from "vitest";
import { seedFor } from "../support/seed.ts";
import { EngineApp } from "./app.ts";

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start("property-app");
});
afterAll(async () => {
  await app.stop();
});

const seed = seedFor("values");

test("E1: results of steps are the same in the first execution and after a replay", async () => {
  const { id } = (await app.call("create", [{ params: { seed, count: 500 } }], { workflow: "VALUES" })) as {
    id: string;
  };
  expect(await app.until(id, ["complete", "errored"], "VALUES")).toEqual({ status: "complete", output: [] });
  await app.call("restart", [{ from: { name: "last" } }], { id, workflow: "VALUES" });
  expect(await app.until(id, ["complete", "errored"], "VALUES")).toEqual({ status: "complete", output: [] });
});

test("params, payloads of events and outputs come back as they were sent", async () => {
  const response = await fetch(`${app.server.url}/values`, {
    method: "POST",
    body: JSON.stringify({ seed, count: 150 }),
  });
  expect(await response.json()).toEqual([]);
});
