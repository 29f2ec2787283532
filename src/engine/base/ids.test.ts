import { expect, test } from "vitest";
import { isCreatableId, isEventType, isStepName, nameOf } from "./ids.ts";

test.each(["a", "0", "_x", "wf_V1StGXR8-Z5jdHi6B-myT", "A".repeat(100)])("%s is an instance id", (id) => {
  expect(isCreatableId(id)).toBe(true);
});

test.each(["", "-x", "a b", "a.b", "é", "A".repeat(101), null, undefined, 5, {}])("%j is no instance id", (id) => {
  expect(isCreatableId(id)).toBe(false);
});

test.each(["", "any name, ünïcode ✓", "a-2", "x".repeat(256)])("%j is a step name", (name) => {
  expect(isStepName(name)).toBe(true);
});

test.each(["x".repeat(257), "a\nb", "\u0000", "tab\t"])("%j is no step name", (name) => {
  expect(isStepName(name)).toBe(false);
});

test.each<[unknown, boolean]>([
  ["approval", true],
  ["think-prompt-abc", true],
  ["user.approval", false],
  ["with space", false],
  ["", false],
  ["x".repeat(101), false],
  [undefined, false],
])("event type %j: %s", (type, valid) => {
  expect(isEventType(type)).toBe(valid);
});

test("a name that was cut inside a surrogate pair is one that can be stored, the same each time", () => {
  const name = nameOf("paw 🐾".slice(0, -1));
  expect(new TextDecoder().decode(new TextEncoder().encode(name))).toBe(name);
  expect(nameOf("paw 🐾".slice(0, -1))).toBe(name);
  expect(nameOf("paw 🐾")).toBe("paw 🐾");
  expect(nameOf(5)).toBe("5");
});
