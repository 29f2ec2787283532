import { afterAll, beforeAll, expect, test } from "vitest";
import { EngineApp } from "./app.ts";

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start();
});
afterAll(async () => {
  await app.stop();
});

const FORWARD = ["do one", "do two", "do without"];

test("an uncaught error calls the handlers, latest step first, failed steps too (spec §9)", async () => {
  const { id, status, error } = await app.run("rolls back");
  expect({ status, error }).toMatchObject({ status: "errored", error: { name: "Error", message: "enough" } });
  expect(app.witness.of(id)).toEqual([...FORWARD, "undo fails: undefined", "undo two-1: enough", "undo one-1: enough"]);
  expect(await app.status(id)).toMatchObject({ rollback: { outcome: "complete", error: null } });
});

test("a handler that finally fails stops the chain; the run keeps its own error", async () => {
  const { id, status, error } = await app.run("cannot be rolled back");
  expect({ status, error }).toMatchObject({ status: "errored", error: { message: "enough" } });
  expect(app.witness.of(id)).toEqual(["do one", "do two", "try to undo two", "try to undo two"]);
  expect(await app.status(id)).toMatchObject({ rollback: { outcome: "failed", error: { message: "stuck" } } });
});

test("a termination rolls back only when asked to", async () => {
  for (const rollback of [false, true]) {
    const id = await app.create("rolls back", { ms: 60_000 });
    await app.witness.until(id, (seen) => seen.includes("do without"));
    await expect.poll(async () => (await app.status(id)).status).toBe("running");
    await app.call("terminate", [{ rollback }], { id });
    expect(await app.until(id, "terminated")).toMatchObject({ output: null });
    const undone = app.witness.of(id).filter((text) => text.startsWith("undo"));
    expect(undone.at(-1)).toBe(rollback ? "undo one-1: Instance terminated during rollback" : undefined);
  }
});

test("the handlers are met again when the process was killed in between", async () => {
  const id = await app.create("rolls back", { ms: 60_000 });
  await app.witness.until(id, (seen) => seen.includes("do without"));
  await app.control(id, "pause");
  await app.until(id, "paused");
  await app.killAndRestart();
  await app.call("terminate", [{ rollback: true }], { id });
  expect(await app.until(id, "terminated")).toMatchObject({ rollback: { outcome: "complete" } });
  expect(app.witness.of(id).filter((text) => text.startsWith("do "))).toEqual(FORWARD);
  expect(app.witness.of(id).slice(-2)).toEqual([
    "undo two-1: Instance terminated during rollback",
    "undo one-1: Instance terminated during rollback",
  ]);
});

test("a step that a pending pause has kept from starting is not rolled back", async () => {
  const id = await app.create("goes on beside a long step");
  await app.witness.until(id, (seen) => seen.length === 2);
  await app.control(id, "pause");
  await app.witness.until(id, (seen) => seen.includes("next is called"));
  expect(await app.status(id)).toMatchObject({ status: "waitingForPause" });
  await app.call("terminate", [{ rollback: true }], { id });
  await app.until(id, "terminated");
  expect(
    app.witness
      .of(id)
      .filter((text) => text.startsWith("undo"))
      .toSorted(),
  ).toEqual(["undo long-1", "undo short-1"]);
});

test("handlers in every branch of the code are met again, however far the others have come", async () => {
  const id = await app.create("rolls back branches");
  await app.witness.until(id, (seen) => seen.includes("do four"));
  await app.control(id, "pause");
  await app.until(id, "paused");
  await app.call("terminate", [{ rollback: true }], { id });
  expect(await app.until(id, "terminated")).toMatchObject({ rollback: { outcome: "complete", error: null } });
  expect(app.witness.of(id).slice(4)).toEqual(["undo four", "undo three", "undo two", "undo one"]);
});

test("a sleep within a handler is refused, and holds nothing up", async () => {
  const { id } = await app.run("sleeps while it is rolled back");
  expect(app.witness.of(id)).toEqual(["do one", "WorkflowFatalError: Cannot execute steps during rollback phase"]);
});

test("E1: a handler that was under way in a kill is called again, one that has ended is not (spec §9)", async () => {
  const id = await app.create("rolls back slowly");
  await app.witness.until(id, (seen) => seen.includes("undo two"));
  await app.killAndRestart();
  await app.witness.until(id, (seen) => seen.filter((text) => text === "undo two").length === 2);
  expect(await app.status(id)).toMatchObject({ status: "rollingBack", error: { message: "enough" } });
  app.witness.release(id, "undo two");
  expect(await app.until(id, "errored")).toMatchObject({
    error: { message: "enough" },
    rollback: { outcome: "complete", error: null },
  });
  expect(app.witness.of(id)).toEqual(["undo three", "undo two", "undo two", "undo one"]);
});

test("while it is rolled back a run takes no events, cannot be paused, and may be terminated (spec §4.3)", async () => {
  const id = await app.create("rolls back slowly");
  await app.witness.until(id, (seen) => seen.includes("undo two"));
  await expect(app.send(id, {})).rejects.toThrow("(instance.not_running)");
  await app.control(id, "pause");
  await app.control(id, "resume");
  expect(await app.status(id)).toMatchObject({ status: "rollingBack" });
  await app.control(id, "terminate");
  expect(await app.status(id)).toMatchObject({ status: "terminated", error: { message: "enough" } });
  app.witness.release(id, "undo two");
  await expect(app.control(id, "terminate")).rejects.toThrow("(instance.cannot_terminate)");
  expect(app.witness.of(id)).toEqual(["undo three", "undo two"]);
});
