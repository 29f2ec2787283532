import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngineApp } from "./app.ts";

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start();
});
afterAll(async () => {
  await app.stop();
});

describe("run", () => {
  test("receives timestamp, payload, instanceId and workflowName, in this order (spec §5.1)", async () => {
    const { id, output } = await app.run("event");
    expect(output).toEqual({
      keys: ["timestamp", "payload", "instanceId", "workflowName"],
      isDate: true,
      instanceId: id,
      workflowName: "programs",
    });
  });

  test("its value is the output; undefined is null", async () => {
    expect(await app.run("chain", { count: 4 })).toMatchObject({ status: "complete", output: 10 });
    expect(await app.run("nothing")).toMatchObject({ status: "complete", output: null });
  });

  test("what it throws is the run's error", async () => {
    expect(await app.run("throws")).toMatchObject({
      status: "errored",
      output: null,
      error: { name: "TypeError", message: "top" },
    });
  });

  test("a program of its own binding starts children and awaits them", async () => {
    expect(await app.run("parent", { count: 3 })).toMatchObject({ status: "complete", output: 6 });
  });

  test("a thousand steps without I/O share turns and all count", async () => {
    expect(await app.run("quick", { count: 5000 })).toMatchObject({ output: (5000 * 5001) / 2 });
  });
});

describe("step.do", () => {
  test("attempts = limit + 1 at most; a later success is the result (spec §6.5)", async () => {
    const { id, output } = await app.run("fails twice");
    expect(output).toBe(3);
    expect(app.witness.of(id)).toEqual(["attempt 1", "attempt 2", "attempt 3"]);
  });

  test("the last failure is thrown into run, and run goes on", async () => {
    const { id, status, output } = await app.run("fails for good");
    expect({ status, output }).toEqual({ status: "complete", output: "RangeError: no 3" });
    expect(app.witness.of(id)).toHaveLength(3);
  });

  test("a NonRetryableError is not retried (spec §6.8)", async () => {
    const { id, output } = await app.run("not to be retried");
    expect(output).toBe("NonRetryableError: nope");
    expect(app.witness.of(id)).toEqual(["attempt 1"]);
  });

  test("an uncaught NonRetryableError keeps its name and message from 2026-05-14 on", async () => {
    expect(await app.run("not to be retried, not caught")).toMatchObject({
      status: "errored",
      error: { name: "NonRetryableError", message: "nope" },
    });
  });

  test("a timeout fails the attempt (spec §6.7)", async () => {
    const { output } = await app.run("timeout");
    expect(output).toBe("WorkflowTimeoutError: Execution timed out after 50ms");
  });

  test("a result that cannot be kept ends the run, and no catch sees it (spec §6.10)", async () => {
    const { status, error } = await app.run("unserialisable");
    expect(status).toBe("errored");
    expect(error).toEqual({
      name: "WorkflowFatalError",
      message:
        'The execution of the Workflow instance was terminated, as the step "bad" returned a value which is not serialisable',
    });
  });

  test("an instance of an own class, or too large a result, fails the step", async () => {
    expect((await app.run("own class")).output).toContain('Could not serialize object of type "Point"');
    expect((await app.run("too large")).output).toContain(
      "Step large-1 output is too large. Maximum allowed size is 1MiB.",
    );
  });

  test("a stream is read to its end, and comes back whole (spec §6.11)", async () => {
    expect((await app.run("streams")).output).toEqual({ length: 600_000, isEqual: true });
  });

  test("what a stream still gives after its attempt timed out goes nowhere", async () => {
    expect((await app.run("streams twice")).output).toEqual(Array.from({ length: 50 }, () => 2));
  });

  test("a stream of anything but bytes ends the run", async () => {
    const { status, error } = await app.run("streams text");
    expect(status).toBe("errored");
    expect(error?.message).toBe(
      'The execution of the Workflow instance was terminated, as the step "text" returned an invalid ReadableStream output. Step returned a ReadableStream with unsupported chunk type. Only ArrayBuffer and TypedArray chunks are supported.',
    );
  });

  test("wrong arguments are refused with the texts that callers match on (spec §6.1, §7, §8)", async () => {
    const { output } = await app.run("wrong arguments");
    const expected = [
      'Step "a" requires a callback function',
      "exceeds max length (256 chars) or invalid characters found",
      'Step config for "a" is in a invalid format.',
      'Invalid duration "5 sec" for sleep "nap"',
      'Invalid duration undefined for sleep "nap"',
      "You can't sleep until a time in the past, time-traveler",
      'Invalid time "tomorrow" for sleepUntil "nap"',
      'waitForEvent "wait" needs options',
      "workflow.invalid_event_type",
    ];
    expect(output).toEqual(expected.map((text) => expect.stringContaining(text) as unknown));
  });

  test("E6: the same name is another step each time, in call order", async () => {
    expect((await app.run("same name")).output).toEqual([1, 2, 3, 4]);
  });

  test("nested steps are repeated when the outer one is retried, and count on", async () => {
    expect((await app.run("nested")).output).toEqual({ attempt: 3, inner: 3 });
  });

  test("the first of a race wins; the run ends without the other", async () => {
    expect(await app.run("race")).toMatchObject({ status: "complete", output: "fast" });
  });

  test("a result is a copy: changing what was returned changes no result", async () => {
    expect((await app.run("mutates")).output).toEqual({ list: [1] });
  });

  test("limits.steps counts calls of step.do (spec §6.13)", async () => {
    const { output } = await app.run("limit", {}, "SHORT");
    expect(output).toContain("The limit of 3 steps has been reached.");
  });
});

describe("time and events", () => {
  test("sleep and sleepUntil go on when their time has come", async () => {
    for (const program of ["sleeps", "sleeps until"]) {
      const before = Date.now();
      expect(await app.run(program, { ms: 150 })).toMatchObject({ status: "complete", output: "awake" });
      expect(Date.now() - before).toBeGreaterThanOrEqual(150);
    }
  });

  test("an event sent before the wait is kept for it", async () => {
    const id = await app.create("waits", { count: 2 });
    await app.send(id, { n: 1 });
    await app.send(id, { n: 2 });
    expect(await app.until(id, "complete")).toMatchObject({ output: [{ n: 1 }, { n: 2 }] });
  });

  test("E4: twenty events arrive in the order in which they were accepted", async () => {
    const id = await app.create("waits", { count: 20 });
    const sent = Array.from({ length: 20 }, (_, n) => ({ n }));
    for (const payload of sent) await app.send(id, payload);
    expect(await app.until(id, "complete")).toMatchObject({ output: sent });
  });

  test("two waits for one type: the first registered gets the first event", async () => {
    const id = await app.create("waits in parallel");
    await app.send(id, { n: 1 });
    await app.send(id, { n: 2 });
    const { output } = await app.until(id, "complete");
    expect(output).toEqual([
      { payload: { n: 1 }, type: "go", isDate: true },
      { payload: { n: 2 }, type: "go", isDate: true },
    ]);
  });

  test("a wait that times out throws once, and the next event goes to the next wait", async () => {
    const id = await app.create("waits in vain");
    await app.witness.until(id, (seen) => seen.includes("timed out"));
    await app.send(id, { n: 1 });
    expect(await app.until(id, "complete")).toMatchObject({
      output: { error: "WorkflowTimeoutError: Execution timed out after 100ms", next: { n: 1 } },
    });
  });

  test("a run that waits for an event shows running (spec §4.1)", async () => {
    const id = await app.create("waits");
    expect(await app.status(id)).toEqual({ status: "running", output: null });
    await app.send(id, { n: 1 });
    await app.until(id, "complete");
  });
});
