import fc from "fast-check";
import { expect, test } from "vitest";
import { differences } from "../../../test/support/differences.ts";
import { isFetchFailure, rememberFetchFailures } from "./fetch-failures.ts";
import { type ErrorRecord, isA, isInfrastructureError, isNonRetryable, recordOf, reviveError } from "./errors.ts";

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
  ["an AggregateError", new AggregateError([new Error("inner")], "a"), "AggregateError", "a"],
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

const LONG = "x".repeat(1_000_000);

test.each<[string, unknown]>([
  ["a message", new Error(LONG)],
  ["text that is thrown", LONG],
  ["a name", Object.assign(new Error("x"), { name: LONG })],
  ["a property", Object.assign(new Error("x"), { body: LONG })],
  ["many properties", Object.assign(new Error("x"), Object.fromEntries(LONG.split("").slice(0, 9999).entries()))],
])("%s without end is cut or left out", (_, thrown) => {
  for (const keepsNames of [false, true]) {
    expect(JSON.stringify(recordOf(thrown, keepsNames)).length).toBeLessThan(200_000);
  }
});

/** Anything that may be thrown, errors above all: any name and message, properties of any kind. */
const throwable = fc.oneof(
  fc.anything(),
  fc
    .record({
      kind: fc.constantFrom(Error, TypeError, RangeError, URIError, MyError),
      message: fc.string(),
      facts: fc.dictionary(fc.string(), fc.anything(), { maxKeys: 4 }),
      name: fc.option(fc.oneof(fc.string(), fc.constantFrom("constructor", "toString", "__proto__", "Object"))),
    })
    .map(
      ({ kind, message, facts, name }) =>
        Object.assign(new kind(message), facts, name === null ? {} : { name }) as unknown,
    ),
);

test.each([true, false])(
  "whatever is thrown looks the same the first time and after a replay (names kept: %s)",
  (keeps) => {
    fc.assert(
      fc.property(throwable, (thrown) => {
        const record = recordOf(thrown, keeps);
        const first = reviveError(record);
        const replayed = reviveError(JSON.parse(JSON.stringify(record)) as ReturnType<typeof recordOf>);
        expect(first).toBeInstanceOf(Error);
        expect(differences(first, replayed)).toEqual([]);
        expect(record.stack === undefined || replayed.stack === first.stack).toBe(true);
        // Thrown on by the code and recorded once more, it is still the same.
        expect(differences(first, reviveError(recordOf(first, true)))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  },
);

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

/** Things that throw when they are looked at. */
const fail = (): never => {
  throw new Error("hostile");
};
const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
test.each<[string, unknown, Partial<ErrorRecord>]>([
  ["a proxy that was revoked", revoked(), { name: "Error", message: "What was thrown cannot be read" }],
  ["an object whose constructor throws", Object.defineProperty({}, "constructor", { get: fail }), { name: "Error" }],
  ["an error whose stack throws", Object.defineProperty(new Error("m"), "stack", { get: fail }), { message: "m" }],
  ["an error whose name throws", Object.defineProperty(new Error("m"), "name", { get: fail }), { message: "m" }],
  ["an error whose mark throws", Object.defineProperty(new Error("m"), "overloaded", { get: fail }), { message: "m" }],
  ["an error without a prototype", Object.setPrototypeOf(new Error("m"), null), { name: "Error" }],
  ["a symbol", Symbol("s"), { message: "Symbol(s)" }],
])("%s is recorded like any other error, and nothing else is made of it", (_, thrown, record) => {
  expect(recordOf(thrown, true)).toMatchObject(record);
  expect(isNonRetryable(thrown)).toBe(false);
  expect(isInfrastructureError(thrown)).toBe(false);
  expect(isA(thrown, RangeError)).toBe(false);
});
