import { expect, test } from "vitest";
import { readIncoming } from "./incoming.ts";

const STATE = { status: "idle", runs: [], totalRuns: 0 };
const read = (message: unknown) => readIncoming(JSON.stringify(message));

test.each(["cf_agent_state", "connected", "state_update"])("%s brings the whole state", (type) => {
  expect(read({ type, state: STATE })).toEqual({ kind: "state", state: STATE });
});

test("an answer to `sync` is the state and an answer", () => {
  expect(read({ type: "state_update", state: STATE, requestId: "7" })).toEqual({
    kind: "state",
    state: STATE,
    requestId: "7",
  });
});

test("a delta is one", () => {
  const delta = { type: "state_delta", current: null, totalRuns: 0 };
  expect(read(delta)).toEqual({ kind: "delta", delta });
});

test.each(["done", "workflow_started", "error", "results"])("%s with a requestId is an answer", (type) => {
  expect(read({ type, requestId: "7" })).toMatchObject({ kind: "answer", requestId: "7", answer: { type } });
});

test("an agent whose state has no runs is another kind of agent", () => {
  expect(read({ type: "cf_agent_state", state: { status: "idle" } })).toEqual({ kind: "foreign" });
  expect(read({ type: "cf_agent_state", state: null })).toEqual({ kind: "foreign" });
});

test.each([
  ["the SDK's own messages", JSON.stringify({ type: "cf_agent_identity", name: "a" })],
  ["messages of the application", JSON.stringify({ type: "chat", text: "hello" })],
  ["answers to nobody", JSON.stringify({ type: "workflow_started", instanceId: "1" })],
  ["a list", "[1]"],
  ["what is no JSON", "{"],
  ["binary data", new ArrayBuffer(2)],
])("%s are left to others", (_what, data) => {
  expect(readIncoming(data)).toBeNull();
});
