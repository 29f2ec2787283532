import fc from "fast-check";
import { expect, test } from "vitest";
import type { ClientMessage } from "../protocol.ts";
import { Refusal } from "../refusal.ts";
import { readMessage, requestIdOf } from "./read-message.ts";

const LIMIT = 1000;
const read = (value: unknown): ClientMessage => readMessage(JSON.stringify(value), LIMIT);

test.each<[ClientMessage]>([
  [{ type: "start" }],
  [{ type: "start", taskId: "t", params: { a: [1, null] }, workflow: "W", instanceId: "my-run_1", requestId: "1" }],
  [{ type: "status", instanceId: "x" }],
  [{ type: "pause", instanceId: "x" }],
  [{ type: "resume", instanceId: "x" }],
  [{ type: "cancel", instanceId: "x" }],
  [{ type: "restart", instanceId: "x" }],
  [{ type: "approve", instanceId: "x", event: "go", reason: "r", metadata: { by: "me" } }],
  [{ type: "reject", instanceId: "x", reason: "no" }],
  [{ type: "sendEvent", instanceId: "x", event: { type: "go", payload: [1] } }],
  [{ type: "sendEvent", instanceId: "x", event: { type: "go" } }],
  [{ type: "delete", instanceId: "x" }],
  [{ type: "run", instanceId: "x" }],
  [{ type: "runs", before: 7, limit: 20 }],
  [{ type: "results", instanceId: "x", from: 0, limit: 200 }],
  [{ type: "sync", requestId: "again" }],
])("%j is a message", (message) => {
  expect(read(message)).toEqual(message);
});

test("what a message has beside its fields is left out", () => {
  expect(read({ type: "pause", instanceId: "x", colour: "red" })).toEqual({ type: "pause", instanceId: "x" });
});

test.each<[string, unknown, string]>([
  ["null", null, 'A message is a JSON object with a "type".'],
  ["an array", [{ type: "start" }], 'A message is a JSON object with a "type".'],
  ["no type", {}, "here it is not there."],
  ["a number as type", { type: 7 }, "here it is not there."],
  ["an unknown type", { type: "explode" }, 'here it is "explode".'],
  ["the name of a method of every object", { type: "constructor" }, 'here it is "constructor".'],
  ["no id", { type: "pause" }, 'pause: "instanceId" is missing.'],
  ["an object as id", { type: "cancel", instanceId: {} }, 'cancel: "instanceId" must be string, and is Object.'],
  ["an array as params", { type: "start", params: [1] }, 'start: "params" must be an object.'],
  ["a text as params", { type: "start", params: "x" }, 'start: "params" must be an object.'],
  ["a bad id of its own", { type: "start", instanceId: "a b" }, 'start: "instanceId" must be 1 to 100 letters'],
  ["an event without type", { type: "sendEvent", instanceId: "x", event: {} }, 'sendEvent: "event.type" is missing.'],
  ["a fraction", { type: "results", instanceId: "x", from: 0.5 }, 'results: "from" must be a whole number.'],
  ["a negative place", { type: "results", instanceId: "x", from: -1 }, 'results: "from" must be >=0, and is -1.'],
  ["a large page", { type: "runs", limit: 5000 }, 'runs: "limit" must be <=200, and is 5000.'],
  ["a long requestId", { type: "sync", requestId: "x".repeat(101) }, 'sync: "requestId" must be <=100'],
])("%s is refused with the place and the reason", (_what, value, message) => {
  expect(() => read(value)).toThrow(expect.objectContaining({ code: "malformed" }));
  expect(() => read(value)).toThrow(message);
});

test("what is no JSON, is binary or is too large is refused as what it is", () => {
  expect(() => readMessage("not json", LIMIT)).toThrow(/JSON text; this is none/);
  expect(() => readMessage(new ArrayBuffer(3), LIMIT)).toThrow(/binary/);
  const large = (letter: string, n: number): string => JSON.stringify({ type: "start", taskId: letter.repeat(n) });
  expect(() => readMessage(large("x", LIMIT), LIMIT)).toThrow(expect.objectContaining({ code: "too_large" }));
  // Bytes count, not characters.
  expect(() => readMessage(large("€", 400), LIMIT)).toThrow(expect.objectContaining({ code: "too_large" }));
  expect(readMessage(large("€", 300), LIMIT)).toMatchObject({ type: "start" });
});

test("whatever comes is either a message or a refusal", () => {
  const likely = fc.record(
    {
      type: fc.constantFrom("start", "pause", "approve", "results", "__proto__"),
      instanceId: fc.anything(),
      params: fc.anything(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        likely.map((value) => safeJson(value)),
      ),
      (data) => {
        expect(refusedWith(data) ?? new Refusal("internal", "")).toBeInstanceOf(Refusal);
        requestIdOf(data);
      },
    ),
    { numRuns: 500 },
  );
});

test("the requestId of a refused message is found where there is one", () => {
  expect(requestIdOf('{"type":"nonsense","requestId":"7"}')).toBe("7");
  expect(requestIdOf('{"requestId":7}')).toBeUndefined();
  expect(requestIdOf("{")).toBeUndefined();
  expect(requestIdOf(new ArrayBuffer(1))).toBeUndefined();
});

function refusedWith(data: string): unknown {
  try {
    readMessage(data, LIMIT);
    return undefined;
  } catch (error) {
    return error;
  }
}

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "";
  }
}
