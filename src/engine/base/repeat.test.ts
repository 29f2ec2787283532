import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { repeat } from "./repeat.ts";

// Each test begins long after the troubles of the others.
let now = Date.parse("2030-01-01");
beforeEach(() => {
  now += 3_600_000;
  vi.useFakeTimers({ now });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Fails with each of these, then answers how often it was called. */
function failing(...messages: string[]): () => Promise<number> {
  let calls = 0;
  return async () => {
    const message = messages[calls++];
    if (message !== undefined) throw new Error(message);
    return calls;
  };
}

/** What becomes of a call, with the clock running on whenever it waits. */
async function outcome(call: () => Promise<number>, effect?: "read" | "write"): Promise<number | string> {
  const result = repeat(() => undefined, call, effect).catch((error: unknown) => String(error));
  await vi.runAllTimersAsync();
  return result;
}

test("E8: a connection that breaks is made again", async () => {
  expect(await outcome(failing("Network connection lost.", "internal error"))).toBe(3);
});

test("what the application throws is not repeated", async () => {
  expect(await outcome(failing("boom"))).toBe("Error: boom");
});

test.each([
  ["database or disk is full: SQLITE_FULL", "(storage.unavailable) The disk is full"],
  ["disk I/O error: SQLITE_IOERR (extended: SQLITE_IOERR_WRITE)", "(storage.unavailable) The disk refuses writes"],
  ["The disk refuses writes", "(storage.unavailable) The disk refuses writes"],
])("a write that fails with %j is refused at once, by a text that says what to do", async (message, told) => {
  const call = failing(message);
  expect(await outcome(call)).toContain(told);
  expect(await call()).toBe(2);
});

test("a read that met such a write is repeated", async () => {
  expect(await outcome(failing("database or disk is full: SQLITE_FULL"), "read")).toBe(2);
});

const CANNOT_OPEN = "internal error; reference = abc";

test("an object that cannot be opened is not waited for when writes are refused", async () => {
  await outcome(failing("database or disk is full: SQLITE_FULL"));
  for (const effect of ["read", "write"] as const) {
    const call = failing(CANNOT_OPEN);
    expect(await outcome(call, effect)).toContain("(storage.unavailable)");
    expect(await call()).toBe(2);
  }
});

test("with no such sign, it is waited for for some seconds", async () => {
  const since = Date.now();
  const always = Array.from({ length: 1000 }, () => CANNOT_OPEN);
  expect(await outcome(failing(...always), "read")).toContain("the data of the instance cannot be opened");
  expect(Date.now() - since).toBeGreaterThanOrEqual(15_000);
  expect(Date.now() - since).toBeLessThan(20_000);
});
