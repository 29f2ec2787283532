import { expect, test } from "vitest";
import { repeat } from "./repeat.ts";

/** Fails with each of these, then answers how often it was called. */
function failing(...messages: string[]): () => Promise<number> {
  let calls = 0;
  return async () => {
    const message = messages[calls++];
    if (message !== undefined) throw new Error(message);
    return calls;
  };
}

test("E8: a connection that breaks is made again", async () => {
  expect(await repeat(() => undefined, failing("Network connection lost.", "internal error"))).toBe(3);
});

test("what the application throws is not repeated", async () => {
  await expect(repeat(() => undefined, failing("boom"))).rejects.toThrow("boom");
});

test.each([
  ["database or disk is full: SQLITE_FULL", "(storage.unavailable) The disk is full"],
  ["disk I/O error: SQLITE_IOERR (extended: SQLITE_IOERR_WRITE)", "(storage.unavailable) The disk refuses writes"],
  ["The disk refuses writes", "(storage.unavailable) The disk refuses writes"],
])("a write that fails with %j is refused at once, by a text that says what to do", async (message, told) => {
  const call = failing(message);
  await expect(repeat(() => undefined, call)).rejects.toThrow(told);
  expect(await call()).toBe(2);
});

test("a read that met such a write is repeated", async () => {
  expect(await repeat(() => undefined, failing("database or disk is full: SQLITE_FULL"), "read")).toBe(2);
});
