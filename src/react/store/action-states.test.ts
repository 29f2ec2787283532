import { expect, test } from "vitest";
import { WorkflowError } from "../errors.ts";
import { type ActionStates, begun, cleared, ended } from "./action-states.ts";

const NOTHING: ActionStates = new Map();
const failure = (action: string) => new WorkflowError("forbidden", "no", { action, runId: "a" });

test("an action is pending until all that was asked for is answered", () => {
  const twice = begun(begun(NOTHING, "a", "pause"), "a", "pause");
  expect(twice.get("a")?.pending).toEqual({ pause: 2 });
  const once = ended(twice, "a", "pause", null);
  expect(once.get("a")?.pending).toEqual({ pause: 1 });
  expect(ended(once, "a", "pause", null)).toEqual(NOTHING);
});

test("runs do not share what is pending or wrong", () => {
  const states = begun(ended(NOTHING, "a", "approve", { error: failure("approve"), number: 1 }), "b", "cancel");
  expect(states.get("a")).toMatchObject({ pending: {}, error: { action: "approve" } });
  expect(states.get("b")).toMatchObject({ pending: { cancel: 1 }, error: null });
});

test("an error stays until another attempt begins, something succeeds, or it is cleared", () => {
  const wrong = ended(NOTHING, "a", "approve", { error: failure("approve"), number: 1 });
  expect(begun(wrong, "a", "approve").get("a")).toMatchObject({ error: null, pending: { approve: 1 } });
  expect(ended(wrong, "a", "pause", null)).toEqual(NOTHING);
  expect(cleared(wrong, "a")).toEqual(NOTHING);
  expect(cleared(NOTHING, "a")).toBe(NOTHING);
});

test("errors of very many runs are not all kept, and what is pending always is", () => {
  let states = begun(NOTHING, "busy", "pause");
  for (let n = 0; n < 500; n++) states = ended(states, `run-${n}`, "pause", { error: failure("pause"), number: n });
  expect(states.size).toBeLessThanOrEqual(100);
  expect(states.get("busy")?.pending).toEqual({ pause: 1 });
  expect(states.has("run-499")).toBe(true);
});
