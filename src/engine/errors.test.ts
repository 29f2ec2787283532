import { expect, test } from "vitest";
import { isFetchFailure, rememberFetchFailures } from "./fetch-failures.ts";
import { isInfrastructureError, isNonRetryable, recordOf, reviveError } from "./errors.ts";

class MyError extends Error {
  override name = "MyError";
}
class NonRetryableError extends Error {
  constructor(message: string, name = "NonRetryableError") {
    super(message);
    this.name = name;
  }
}

test.each<[string, unknown, string, string]>([
  ["Error", new Error("a"), "Error", "a"],
  ["a built-in subclass", new TypeError("a"), "TypeError", "a"],
  ["a class of the application", new MyError("boom"), "Error", "MyError: boom"],
  ["an error without a message", new MyError(""), "Error", "MyError"],
  ["text", "plain", "Error", "plain"],
  ["an object", { a: 1 }, "Error", "#<Object>"],
  ["undefined", undefined, "Error", "undefined"],
  ["a DOMException", new DOMException("no", "DataCloneError"), "DataCloneError", "no"],
])("%s is recorded as Cloudflare shows it, and comes back with that name and message", (_, thrown, name, message) => {
  const record = recordOf(thrown);
  expect(record).toMatchObject({ name, message });
  expect(reviveError(record)).toMatchObject({ name, message });
});

test("a built-in comes back as an instance of its class, with the stack of where it was thrown", () => {
  const thrown = new RangeError("x");
  const revived = reviveError(recordOf(thrown));
  expect(revived).toBeInstanceOf(RangeError);
  expect(revived.stack).toBe(thrown.stack);
});

test.each<[unknown, boolean]>([
  [new NonRetryableError("nope"), true],
  [new NonRetryableError(""), true],
  [new NonRetryableError("nope", "Custom"), false],
  [new Error("NonRetryableError xyz"), true],
  [new Error("nope"), false],
  ["NonRetryableError", false],
])("%s not to be retried: %s", (thrown, expected) => {
  expect(isNonRetryable(thrown)).toBe(expected);
});

test.each<[unknown, boolean]>([
  [new Error("Network connection lost."), true],
  [new Error("internal error; reference = abc"), true],
  [Object.assign(new Error("moved"), { durableObjectReset: true }), true],
  [Object.assign(new Error("Network connection lost."), { overloaded: true }), false],
  [Object.assign(new Error("HTTP 503"), { retryable: true }), false],
  [new Error("The API said: Network connection lost."), false],
  [new Error("database or disk is full: SQLITE_FULL"), true],
  [new Error("WorkflowError: (storage.unavailable) The disk is full: nothing was written."), true],
  [new Error("SQLITE_FULLY_LOADED"), false],
  ["Network connection lost.", false],
])("%s is a failure between objects: %s", (thrown, expected) => {
  expect(isInfrastructureError(thrown)).toBe(expected);
});

test("with names kept, an error of the application comes back with its name and its plain properties", () => {
  const thrown = Object.assign(new MyError("boom"), { code: 42, tags: ["a"], callback: () => 1 });
  const revived = reviveError(recordOf(thrown, true));
  expect(revived).toMatchObject({ name: "MyError", message: "boom", code: 42, tags: ["a"] });
  expect(revived).not.toHaveProperty("callback");
  expect(Object.keys(revived)).toEqual(["code", "tags"]);
});

test("an error whose message is no text, or whose properties throw, is recorded all the same", () => {
  const odd = new Error("x");
  Object.defineProperty(odd, "message", { value: { code: 1 } });
  const throwing = new Error("y");
  Object.defineProperty(throwing, "detail", {
    enumerable: true,
    get: () => {
      throw new Error("getter");
    },
  });
  expect(recordOf(odd, true).message).toBe("#<Object>");
  expect(recordOf(throwing, true)).toMatchObject({ name: "Error", message: "y" });
  expect(isNonRetryable(odd)).toBe(false);
  expect(isInfrastructureError(odd)).toBe(false);
});

test("a message without end is cut", () => {
  expect(recordOf(new Error("x".repeat(1_000_000))).message.length).toBeLessThan(100_000);
});

test("what the global fetch throws is the application's affair, and looks as it did", async () => {
  const lost = new Error("Network connection lost.");
  expect(isInfrastructureError(lost)).toBe(true);
  const scope = { fetch: (): Promise<Response> => Promise.reject(lost) };
  rememberFetchFailures(scope);
  await expect(scope.fetch()).rejects.toBe(lost);
  expect(isFetchFailure(lost)).toBe(true);
  expect(isInfrastructureError(lost)).toBe(false);
  expect(scope.fetch.name).toBe("fetch");
});
