import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clockReaches, EngineApp } from "./app.ts";

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start();
});
afterAll(async () => {
  await app.stop();
});

describe("the binding", () => {
  test("an id that is taken is refused, whatever state it is in", async () => {
    const { id } = await app.run("nothing");
    await expect(app.call("create", [{ id }])).rejects.toThrow(
      `(instance.already_exists) Workflow instance with id "${id}" already exists`,
    );
  });

  test.each(["", "-x", "a b", null, "x".repeat(101), 5])("the id %j is refused", async (id) => {
    await expect(app.call("create", [{ id }])).rejects.toThrow("Workflow instance has invalid id");
  });

  test("params that are too large are refused at the call", async () => {
    await expect(app.call("create", [{ params: "x".repeat(1024 * 1024 + 1) }])).rejects.toThrow("too large");
  });

  test.each([
    ["1 day", "string"],
    [5, "number"],
    [true, "boolean"],
    [["1 day"], "array"],
  ])("the retention %j is refused, and nothing is made", async (retention, type) => {
    const message = `(body) Invalid retention: expected an object with successRetention and errorRetention, received ${type}`;
    await expect(app.call("create", [{ id: "kept-for", retention }])).rejects.toThrow(message);
    await expect(app.call("createBatch", [[{ id: "kept-for" }, { retention }]])).rejects.toThrow(message);
    await expect(app.call("createBatch", [{ instances: [{ id: "kept-for", retention }] }])).rejects.toThrow(message);
    await expect(app.call("createBatch", [{ count: 1, retention }])).rejects.toThrow(message);
    await expect(app.call("get", ["kept-for"])).rejects.toThrow("instance.not_found");
  });

  test("without an id there is one", async () => {
    expect(await app.call("create", [])).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown });
  });

  test("createBatch skips ids that exist and repeats nothing", async () => {
    const { id: taken } = await app.run("nothing");
    const ids = ["batch-b", taken, "batch-a", "batch-b"];
    const made = await app.call("createBatch", [ids.map((id) => ({ id, params: { program: "nothing" } }))]);
    expect(made).toMatchObject([{ id: "batch-b" }, { id: "batch-a" }]);
    await app.until("batch-a", "complete");
  });

  test("createBatch wants 1 to 100 instances, all with valid ids, or makes none", async () => {
    await expect(app.call("createBatch", [[]])).rejects.toThrow("batchCreate should have at least 1 instance");
    const many = Array.from({ length: 101 }, () => ({}));
    await expect(app.call("createBatch", [many])).rejects.toThrow("batchCreate only supports 100 instances at a time");
    await expect(app.call("createBatch", [[{ id: "good-one" }, { id: "-bad" }]])).rejects.toThrow("invalid id");
    await expect(app.call("get", ["good-one"])).rejects.toThrow("instance.not_found");
  });

  test("createBatch with params that cannot be kept makes none, in whatever shard", async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `kept-${index}`);
    const large = "x".repeat(1_100_000);
    const instances = ids.map((id, index) => ({ id, params: index === 13 ? large : { program: "nothing" } }));
    const message = 'WorkflowError: Params of instance "kept-13" is too large. Maximum allowed size is 1MiB.';
    await expect(app.call("createBatch", [instances])).rejects.toThrow(message);
    await expect(app.call("createBatch", [{ instances }])).rejects.toThrow(message);
    for (const id of ids) await expect(app.call("get", [id])).rejects.toThrow("instance.not_found");
  });

  test("an unknown id is not found", async () => {
    await expect(app.call("get", ["no-such-run"])).rejects.toThrow("instance.not_found");
  });
});

describe("pause and resume", () => {
  test("in a wait a pause takes place at once, and events wait for the resume (spec §8, §15)", async () => {
    const id = await app.create("waits");
    await app.control(id, "pause");
    expect(await app.status(id)).toMatchObject({ status: "paused" });
    await app.send(id, { n: 7 });
    expect(await app.status(id)).toMatchObject({ status: "paused" });
    await app.control(id, "resume");
    expect(await app.until(id, "complete")).toMatchObject({ output: [{ n: 7 }] });
  });

  test("steps in flight end first; none begins; a finished step does not run again", async () => {
    const id = await app.create("two parallel");
    await app.witness.until(id, (seen) => seen.length === 2);
    await app.control(id, "pause");
    expect(await app.status(id)).toMatchObject({ status: "waitingForPause" });
    await app.until(id, "paused");
    const seen = ["a begins", "b begins", "a ends", "b ends"];
    expect(app.witness.of(id).toSorted()).toEqual(seen.toSorted());
    await app.control(id, "resume");
    expect(await app.until(id, "complete")).toMatchObject({ output: ["a", "b"] });
    expect(app.witness.of(id)).toEqual([...app.witness.of(id).slice(0, 4), "c"]);
  });

  test("a resume takes back a pause that has not taken place", async () => {
    const id = await app.create("two parallel");
    await app.witness.until(id, (seen) => seen.length === 2);
    await app.control(id, "pause");
    await app.control(id, "resume");
    expect(await app.status(id)).toMatchObject({ status: "running" });
    expect(await app.until(id, "complete")).toMatchObject({ output: ["a", "b"] });
    expect(app.witness.of(id)).toHaveLength(5);
  });

  test("a pause shifts the end of a sleep by its length", async () => {
    const id = await app.create("sleeps", { ms: 600 });
    await app.witness.until(id, (seen) => seen.includes("sleeping"));
    const wouldEndAt = Date.now() + 600;
    await app.control(id, "pause");
    await app.until(id, "paused");
    // What is waited for is the time at which the sleep would have ended without the pause.
    await clockReaches(wouldEndAt);
    expect(app.witness.of(id)).not.toContain("after");
    const resumedAt = Date.now();
    await app.control(id, "resume");
    await app.until(id, "complete");
    // Had the clock run on, nothing of the sleep would have been left.
    expect(Date.now() - resumedAt).toBeGreaterThan(100);
  });

  test("E3: code sees no pause, no end and no restart as an exception", async () => {
    const id = await app.create("sees everything");
    await app.witness.until(id, (seen) => seen.length === 1);
    await app.control(id, "pause");
    await app.until(id, "paused");
    await app.control(id, "resume");
    await app.control(id, "pause");
    await app.control(id, "resume");
    await app.send(id, {});
    expect(await app.until(id, "complete")).toMatchObject({ output: "through" });
    expect(app.witness.of(id)).toEqual(["long begins", "finally"]);
  });

  test("pause and resume where they mean nothing do nothing", async () => {
    const { id } = await app.run("nothing");
    await app.control(id, "pause");
    await app.control(id, "resume");
    expect(await app.status(id)).toMatchObject({ status: "complete" });
  });
});

test("E1: a step that ends while it is being marked as started does not run again", async () => {
  // Steps of all lengths around the sweep that marks them; a replay shows what is on disk.
  const ids = Array.from({ length: 400 }, (_, i) => `marked-${i}`);
  const program = "one step, then a wait";
  for (let i = 0; i < ids.length; i += 100) {
    const batch = ids
      .slice(i, i + 100)
      .map((id, k) => ({ id, params: { program, witness: app.witness.url, ms: 100 + i + k } }));
    await app.call("createBatch", [batch]);
  }
  for (const id of ids) await app.witness.until(id, (seen) => seen.length > 0);
  await Promise.all(ids.map(async (id) => app.control(id, "pause")));
  await Promise.all(ids.map(async (id) => app.until(id, "paused")));
  await Promise.all(ids.map(async (id) => app.control(id, "resume")));
  await Promise.all(ids.map(async (id) => app.send(id, {})));
  await Promise.all(ids.map(async (id) => app.until(id, "complete")));
  expect(ids.filter((id) => app.witness.of(id).length !== 1)).toEqual([]);
});

describe("terminate", () => {
  test("ends at once; what is in flight changes nothing any more", async () => {
    const id = await app.create("two parallel");
    await app.witness.until(id, (seen) => seen.length === 2);
    await app.control(id, "terminate");
    expect(await app.status(id)).toEqual({ status: "terminated", output: null });
    await app.witness.until(id, (seen) => seen.includes("a ends") && seen.includes("b ends"));
    expect(await app.status(id)).toEqual({ status: "terminated", output: null });
    expect(app.witness.of(id)).not.toContain("c");
  });

  test("of a paused run works; of one that has ended is refused", async () => {
    const id = await app.create("waits");
    await app.control(id, "pause");
    await app.control(id, "terminate");
    expect(await app.status(id)).toMatchObject({ status: "terminated" });
    await expect(app.control(id, "terminate")).rejects.toThrow(
      "(instance.cannot_terminate) Cannot terminate instance since its on a finite state",
    );
  });

  test("by the run itself stops it there", async () => {
    const id = await app.create("ends itself");
    await app.until(id, "terminated");
    const other = await app.run("chain");
    expect(other.status).toBe("complete");
    expect(app.witness.of(id)).toEqual(["before"]);
  });

  test("an event for a run that has ended is refused, not lost silently (E9)", async () => {
    const { id } = await app.run("nothing");
    await expect(app.send(id, {})).rejects.toThrow("(instance.");
  });
});

describe("restart", () => {
  test("runs everything again; the id and the payload stay", async () => {
    const { id } = await app.run("chain", { count: 2 });
    await app.control(id, "restart");
    expect(await app.until(id, "complete")).toMatchObject({ output: 3 });
    expect(app.witness.of(id)).toEqual(["step 1", "step 2", "step 1", "step 2"]);
  });

  test("from a step keeps what came before it", async () => {
    const { id } = await app.run("chain", { count: 3 });
    await app.control(id, "restart", { from: { name: "step 2" } });
    await app.until(id, "complete");
    expect(app.witness.of(id)).toEqual(["step 1", "step 2", "step 3", "step 2", "step 3"]);
  });

  test("from a step that is not there is refused, and nothing changes", async () => {
    const { id } = await app.run("chain", { count: 1 });
    await expect(app.control(id, "restart", { from: { name: "other" } })).rejects.toThrow(
      '(instance.cannot_restart) Step "other" not found in execution history',
    );
    expect(await app.status(id)).toMatchObject({ status: "complete", output: 1 });
  });
});

describe("delete", () => {
  test("forgets a run whatever its state; the id is free again", async () => {
    const id = await app.create("waits");
    await app.call("delete", [], { id });
    await expect(app.call("get", [id])).rejects.toThrow("instance.not_found");
    await app.call("create", [{ id, params: { program: "nothing", witness: app.witness.url } }]);
    expect(await app.until(id, "complete")).toMatchObject({ output: null });
  });

  test("by the run itself stops it there", async () => {
    const id = await app.create("deletes itself");
    await app.witness.until(id, (seen) => seen.includes("before"));
    await expect.poll(async () => app.status(id).catch((error: Error) => error.message)).toBe("instance.not_found");
    expect((await app.run("chain")).status).toBe("complete");
    expect(app.witness.of(id)).toEqual(["before"]);
  });

  test("deleteBatch says of each id what became of it", async () => {
    const { id } = await app.run("nothing");
    expect(await app.call("deleteBatch", [[id, "no-such-run", id]])).toEqual({
      deleted: [{ id }, { id }],
      errors: [{ id: "no-such-run", code: 10400, message: "workflows.api.error.instance.not_found" }],
    });
    await expect(app.call("deleteBatch", [[]])).rejects.toThrow("batchDeleteInstances should have at least 1 instance");
    await expect(app.call("deleteBatch", [["é"]])).rejects.toThrow("(instance.invalid_id) Instance ID is invalid");
  });
});

describe("createBatch in object form", () => {
  test("says what was made and what was not", async () => {
    const { id: taken } = await app.run("nothing");
    const params = { program: "nothing", witness: app.witness.url };
    const instances = [{ id: "object-a", params }, { id: taken }, { id: "object-a" }];
    expect(await app.call("createBatch", [{ instances }])).toMatchObject({
      created: [{ id: "object-a" }],
      errors: [
        { index: 1, id: taken, code: 10405, message: "workflows.api.error.instance.already_exists" },
        { index: 2, id: "object-a", code: 10415, message: "workflows.api.error.instance.duplicate_in_batch" },
      ],
    });
    expect(await app.call("createBatch", [{ count: 2, params }])).toMatchObject({ created: [{}, {}], errors: [] });
  });

  test.each<[unknown, string]>([
    [{ count: 0 }, "(body) count must be a positive integer"],
    [{ count: 101 }, "(body) batchCreate only supports 100 instances at a time"],
    [{ instances: [] }, "(body) Batch size exceeds maximum allowed"],
    [{}, "(body) Provided argument is invalid"],
    ["text", "(body) Provided argument is invalid"],
    [{ instances: [{ id: "batch" }] }, "(instance.invalid_id) Instance ID is invalid"],
    [{ count: 1, retention: { successRetention: "soon" } }, "(body) Duration must be a number or a string in format"],
    [{ count: 1, locationHint: "mars" }, "(body) Invalid option: expected one of"],
  ])("%j is refused: %s", async (batch, message) => {
    await expect(app.call("createBatch", [batch])).rejects.toThrow(message);
  });
});

describe("retention", () => {
  test("a run is gone when its retention has passed, and its id is free again", async () => {
    const params = { program: "nothing", witness: app.witness.url };
    await app.call("create", [{ id: "short-lived", params, retention: { successRetention: 50 } }]);
    await expect
      .poll(async () => app.status("short-lived").catch((error: Error) => error.message), { timeout: 20_000 })
      .toBe("instance.not_found");
    await app.call("create", [{ id: "short-lived", params }]);
  });
});
