import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngineApp } from "./app.ts";

interface Step {
  place: number;
  kind: string;
  name: string;
  count: number;
  state: string;
  startedAt: number;
  endedAt?: number;
  dueAt?: number;
  attempts?: { attempt: number; state: string; error?: { name: string; message: string; stack?: string } }[];
  output?: { value: unknown; isCut: boolean };
  [further: string]: unknown;
}

interface Entry {
  eventId: number;
  type: string;
  step?: { place: number; kind: string; name: string; count: number };
  [fact: string]: unknown;
}

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start();
});
afterAll(async () => {
  await app.stop();
});

const path = (id: string, rest = ""): string => `/runs/programs/${id}${rest}`;
const details = async (id: string): Promise<Record<string, unknown>> => app.door.read(path(id));
const steps = async (id: string): Promise<Step[]> => app.door.readAll(path(id, "/steps"), "steps");
const history = async (id: string, query = ""): Promise<Entry[]> =>
  app.door.readAll(path(id, `/history${query}`), "entries");

async function step(id: string, name: string): Promise<Step> {
  const found = (await steps(id)).find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no step ${name}`);
  return found;
}

describe("a run", () => {
  test("is told with its params, its output and its times", async () => {
    const { id } = await app.run("shows much");
    const run = await details(id);
    expect(run).toMatchObject({
      workflow: "programs",
      id,
      status: "complete",
      params: { value: { program: "shows much", witness: app.witness.url }, isCut: false },
      output: { value: { "[Map(1)]": [["big", "[BigInt(5)]"]] }, isCut: false },
      isExecuting: false,
      latestStep: 5,
    });
    const { createdAt, startedAt, endedAt, purgeAt } = run as Record<string, number>;
    expect([createdAt, startedAt, endedAt, purgeAt].every((time) => Number.isInteger(time))).toBe(true);
    expect(Number(purgeAt) - Number(endedAt)).toBe(30 * 86_400_000);
  });

  test("that failed is told with its error, one that was rolled back with how that went", async () => {
    const { id } = await app.run("throws");
    expect(await details(id)).toMatchObject({
      status: "errored",
      error: { name: "TypeError", message: "top", stack: expect.stringContaining("TypeError: top") as string },
    });
    const { id: undone } = await app.run("cannot be rolled back");
    expect(await details(undone)).toMatchObject({
      error: { message: "enough" },
      rollback: { outcome: "failed", error: { message: "stuck" } },
    });
    expect((await steps(undone)).map(({ name, rollback }) => [name, rollback])).toEqual([
      ["one", "registered"],
      ["two", "failed"],
    ]);
  });

  test("that is paused says since when, and what is left of its waits", async () => {
    const id = await app.create("sleeps", { ms: 3_600_000 });
    await app.witness.until(id, (seen) => seen.includes("sleeping"));
    const nap = await step(id, "nap");
    expect(nap).toMatchObject({ kind: "sleep", state: "waiting", waitMs: 3_600_000 });
    expect(Number(nap.dueAt) - nap.startedAt).toBe(3_600_000);
    await app.control(id, "pause");
    expect(await details(id)).toMatchObject({ status: "paused", pausedAt: expect.any(Number) as number });
    const held = await step(id, "nap");
    expect(held).not.toHaveProperty("dueAt");
    expect(held["heldMs"]).toBeGreaterThan(3_000_000);
    await app.control(id, "terminate");
    expect(await step(id, "nap")).toMatchObject({ state: "interrupted" });
  });

  test.each(["", "/steps", "/events", "/history", "/steps/1/attempts"])(
    "that does not exist is not found: %s",
    async (rest) => {
      const { status, body } = await app.door.get(path("nobody", rest));
      expect(status).toBe(404);
      expect(body).toEqual({ error: 'There is no run "nobody" of workflow "programs".' });
    },
  );
});

describe("its steps", () => {
  test("say their kind, name, count, config and outcome", async () => {
    const { id } = await app.run("shows much");
    const [secret, text, bytes, dynamic, long] = await steps(id);
    expect(secret).toMatchObject({
      place: 1,
      kind: "do",
      name: "secret",
      count: 1,
      state: "completed",
      config: { sensitive: "output", timeout: "10 minutes", retries: { limit: 0, delay: 0, backoff: "exponential" } },
      attempts: [{ attempt: 1, state: "completed" }],
      output: { value: "[REDACTED]", isCut: false },
    });
    expect(text?.output).toEqual({ value: "some text", isCut: false });
    expect(bytes?.output).toEqual({ value: "[ReadableStream (binary): 3 bytes]", isCut: false });
    expect(dynamic).toMatchObject({
      config: { retries: { limit: 1, delay: "[dynamic]" } },
      attempts: [
        { attempt: 1, state: "failed", error: { name: "RangeError", message: "once" }, delayMs: 1 },
        { attempt: 2, state: "completed" },
      ],
    });
    expect(dynamic).not.toHaveProperty("output");
    expect(long?.output?.isCut).toBe(true);
    expect(long?.output?.value).toMatch(/^x+…\[\+\d+ characters\]$/);
  });

  test("that fail for good say with what, and a wait that got no event too", async () => {
    const { id } = await app.run("fails for good");
    expect(await step(id, "broken")).toMatchObject({
      state: "failed",
      error: { name: "RangeError", message: "no 3" },
      attempts: [{ attempt: 1 }, { attempt: 2, delayMs: 2 }, { attempt: 3, state: "failed" }],
    });
    const waiting = await app.create("waits in vain");
    await app.witness.until(waiting, (seen) => seen.includes("timed out"));
    expect(await step(waiting, "wait")).toMatchObject({
      kind: "waitForEvent",
      state: "failed",
      eventType: "go",
      error: { name: "WorkflowTimeoutError" },
    });
  });

  test("that run are seen while they run, the attempt that runs too, and as interrupted when nobody runs them", async () => {
    const id = await app.create("two parallel", { ms: 60_000 });
    await app.witness.until(id, (seen) => seen.length === 2);
    expect(await steps(id)).toMatchObject([
      { name: "a", state: "running", attempts: [{ attempt: 1, state: "running" }] },
      { name: "b", state: "running", attempts: [{ attempt: 1, state: "running" }] },
    ]);
    expect(await details(id)).toMatchObject({ status: "running", isExecuting: true, latestStep: 2 });
    await app.control(id, "terminate");
    expect(await steps(id)).toMatchObject([
      { name: "a", state: "interrupted", attempts: [{ attempt: 1, state: "interrupted" }] },
      { name: "b", state: "interrupted" },
    ]);
  });

  test("with thousands of failures show the latest ones and have pages of the others", async () => {
    const { id } = await app.run("fails often", { count: 2500 });
    const stubborn = await step(id, "stubborn");
    expect(stubborn["hasEarlierAttempts"]).toBe(true);
    expect(stubborn.attempts?.map(({ attempt, state }) => [attempt, state])).toEqual([
      ...Array.from({ length: 10 }, (_, i) => [2491 + i, "failed"]),
      [2501, "completed"],
    ]);
    const pages: number[][] = [];
    let rowsRead = 0;
    await app.door.readAll<unknown>(path(id, "/steps/1/attempts?limit=600"), "attempts", {
      cursor: "before",
      look: (page) => {
        pages.push((page["attempts"] as { attempt: number }[]).map(({ attempt }) => attempt));
        rowsRead += Number(page["rowsRead"]);
      },
    });
    expect(pages.toReversed().flat()).toEqual(Array.from({ length: 2501 }, (_, i) => i + 1));
    expect(rowsRead).toBeLessThan(2 * 2501);
    expect((await app.door.get(path(id, "/steps/2/attempts"))).status).toBe(404);
  });

  test("are the same after a kill", async () => {
    const { id } = await app.run("fails twice");
    const before = await steps(id);
    await app.killAndRestart();
    expect(await steps(id)).toEqual(before);
  });
});

test("events say which wait took them, and which are kept", async () => {
  const id = await app.create("waits", { count: 2 });
  await app.send(id, ["early", "early", "early"]);
  await app.witness.until(id, (seen) => seen.length === 1);
  await app.send(id, { kept: true }, "other");
  await app.call("sendEvent", [{ type: "other" }], { id });
  const events = await app.door.readAll<Record<string, unknown>>(path(id, "/events?limit=1"), "events");
  expect(events).toMatchObject([
    { type: "go", payload: { value: ["early", "early", "early"] }, takenBy: { place: 1, name: "wait", count: 1 } },
    { type: "other", payload: { value: { kept: true } } },
    { type: "other" },
  ]);
  expect(events[1]).not.toHaveProperty("takenBy");
  expect(events[2]).not.toHaveProperty("payload");
  expect(await step(id, "wait")).toMatchObject({
    output: { value: { type: "go", payload: ["early", "early", "early"] } },
  });
});

describe("its history", () => {
  test("names steps by kind, name and count, and shows values in their view", async () => {
    const { id } = await app.run("shows much");
    const entries = await history(id, "?limit=3");
    expect(entries.map(({ type }) => type)).toEqual((await history(id)).map(({ type }) => type));
    expect(entries.find(({ type }) => type === "workflow_started")).toMatchObject({
      params: { value: { program: "shows much" }, isCut: false },
    });
    expect(entries.filter(({ type }) => type === "step_completed")).toMatchObject([
      { step: { place: 1, kind: "do", name: "secret", count: 1 }, output: { value: "[REDACTED]" } },
      { output: { value: "some text" } },
      { output: { value: "[ReadableStream (binary): 3 bytes]" } },
      { step: { name: "dynamic" } },
      { output: { isCut: true } },
    ]);
    expect(entries.at(-1)).toMatchObject({
      type: "workflow_completed",
      output: { value: { "[Map(1)]": [["big", "[BigInt(5)]"]] } },
    });
  });

  test("can be followed: an answer waits for what happens next", async () => {
    const id = await app.create("waits");
    await app.witness.until(id, () => true);
    interface Page {
      entries: Entry[];
      next: string | null;
    }
    const seen: string[] = [];
    let next: string | null = null;
    let isSent = false;
    do {
      const after: string = next === null ? "" : `after=${next}&`;
      const page: Page = await app.door.read<Page>(path(id, `/history?${after}waitMs=20000`));
      seen.push(...page.entries.map(({ type }) => type));
      ({ next } = page);
      if (!isSent && seen.includes("wait_started")) {
        isSent = true;
        await app.send(id, { n: 1 });
      }
    } while (next !== null);
    expect(seen).toEqual((await history(id)).map(({ type }) => type));
    expect(seen.at(-1)).toBe("workflow_completed");
  });

  test("tells of an attempt that is retried when it begins, not when it has ended", async () => {
    const id = await app.create("runs long in its second attempt");
    await app.witness.until(id, (seen) => seen.includes("attempt 2"));
    // Not to its end, which is still to come.
    const { entries } = await app.door.read<{ entries: Entry[] }>(path(id, "/history"));
    expect(entries.at(-1)).toMatchObject({ type: "attempt_started", attempt: 2 });
    await app.control(id, "terminate");
  });
});

test("10,000 steps are read in pages, whole, at a cost in proportion", { timeout: 120_000 }, async () => {
  const count = 10_000;
  const { id } = await app.run("quick", { count });
  let rowsRead = 0;
  const look = (page: Record<string, unknown>): void => {
    rowsRead += Number(page["rowsRead"]);
  };
  const all = await app.door.readAll<Step>(path(id, "/steps?limit=1000"), "steps", { look });
  expect(all.map(({ place, count: nth, output }) => [place, nth, output?.value])).toEqual(
    Array.from({ length: count }, (_, i) => [i + 1, i + 1, i + 1]),
  );
  expect(rowsRead).toBeLessThan(1.5 * count);
  rowsRead = 0;
  const entries = await app.door.readAll<Entry>(path(id, "/history?limit=1000"), "entries", { look });
  expect(entries).toHaveLength(4 + 4 * count);
  expect(rowsRead).toBeLessThan(2.5 * count);
});
