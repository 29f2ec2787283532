import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../support/server.ts";
import { Witness } from "../support/witness.ts";
import { EngineApp } from "./app.ts";

const BEFORE = fileURLToPath(new URL("../fixtures/code-before", import.meta.url));
const AFTER = fileURLToPath(new URL("../fixtures/code-after", import.meta.url));

/** Runs that are begun by the code before, and what the witness must have seen of them when it is stopped. */
const RUNS: readonly (readonly [id: string, program: string, workflow: string, seen: string])[] = [
  ["config", "config", "CHANGING", "under way"],
  ["dynamic-delay", "dynamic delay", "CHANGING", "flaky"],
  ["sleep", "sleep", "CHANGING", "before"],
  ["wait", "wait", "CHANGING", "before"],
  ["steps", "steps", "CHANGING", "before"],
  ["short", "three", "SHORT", "before"],
  ["long", "three", "LONG", "before"],
  ["failure", "failure", "CHANGING", "before"],
  ["handlers", "handlers", "CHANGING", "before"],
  ["renamed", "wait", "RENAMED", "before"],
  ["gone", "wait", "GONE", "before"],
];

let witness: Witness;
let app: EngineApp;
let data: string;

const on = (project: string): Promise<EngineApp> => EngineApp.of(project, witness, [], data);

beforeAll(async () => {
  witness = await Witness.start();
  data = await temporaryDirectory("changed-code");
  app = await on(BEFORE);
  for (const [id, program, workflow] of RUNS) {
    await app.call("create", [{ id, params: { program, witness: witness.url } }], { workflow });
  }
  for (const [id, , , text] of RUNS) await witness.until(id, (seen) => seen.includes(text));
  await app.server.kill9();
  app = await on(AFTER);
});
afterAll(async () => {
  await app.server.stop();
  await witness.stop();
});

const ended = (id: string, workflow = "CHANGING"): ReturnType<EngineApp["until"]> =>
  app.until(id, ["complete", "errored", "terminated"], workflow);

async function goOn(id: string, workflow = "CHANGING", type = "go"): Promise<void> {
  await app.call("sendEvent", [{ type, payload: "sent" }], { id, workflow });
}

test("a step's first config holds, whatever the code says since (spec §6.2)", async () => {
  const { output } = await ended("config");
  const [done, underWay] = output as [string, string];
  expect(done).toBe("5 minutes");
  expect(JSON.parse(underWay)).toEqual({ retries: { limit: 3, delay: 1, backoff: "constant" }, timeout: "1 hour" });
});

test("a delay function is the present code's, the rest of the config the first one's (spec §6.2)", async () => {
  expect(await ended("dynamic-delay")).toMatchObject({ status: "complete", output: 4 });
  expect(witness.of("dynamic-delay")).toContain("delay, after");
});

test("E6: a sleep of another length is still the same sleep", async () => {
  expect(await ended("sleep")).toMatchObject({ status: "complete", output: "awake" });
});

test("a wait is for the type of the present code, and an event of it wakes the run (spec §8)", async () => {
  await goOn("wait", "CHANGING", "another");
  expect(await ended("wait")).toMatchObject({ status: "complete", output: "sent" });
});

test("E1: a finished step keeps its result; a new one is executed, one that is gone forgotten (spec §5.4)", async () => {
  await goOn("steps");
  expect(await ended("steps")).toMatchObject({
    status: "complete",
    output: ["kept, before", "inserted, after", "kept a second time, after"],
  });
});

test("the step limit is the present configuration's, for steps done before too (spec §6.13)", async () => {
  await goOn("short", "SHORT");
  const { output } = await ended("short", "SHORT");
  expect(output).toContain("The limit of 5 steps has been reached.");
  expect(await ended("long", "LONG")).toMatchObject({
    status: "errored",
    error: { message: expect.stringContaining("The limit of 2 steps has been reached.") as unknown },
  });
});

test("a failure that was recorded looks as it did, whatever the compatibility date is since", async () => {
  await goOn("failure");
  expect(await ended("failure")).toMatchObject({ status: "complete", output: "Error: MyError: boom" });
});

test("a rollback handler that the code has no more stops the chain, and is named (spec §9)", async () => {
  await app.call("terminate", [{ rollback: true }], { id: "handlers", workflow: "CHANGING" });
  expect(await ended("handlers")).toMatchObject({
    status: "terminated",
    rollback: {
      outcome: "failed",
      error: { name: "RollbackMissing", message: "Rollback function not available in registry" },
    },
  });
  expect(witness.of("handlers")).toEqual(["one", "two", "three", "before", "undo three, after"]);
});

test("runs belong to the workflow's name: its class and its binding may be called otherwise", async () => {
  await goOn("renamed", "RENAMED_TOO", "another");
  expect(await ended("renamed", "RENAMED_TOO")).toMatchObject({ status: "complete", output: "sent" });
});

test("runs of a workflow that is gone wait until it is there again", async () => {
  await app.server.logged(
    ({ message }) => message.includes("gone") && message.includes("wait until it is there again"),
  );
  await app.server.stop();
  app = await on(BEFORE);
  await goOn("gone", "GONE");
  expect(await ended("gone", "GONE")).toMatchObject({ status: "complete", output: "sent" });
});
