import { expect, test } from "vitest";
import { Modifier, noModifications } from "./modifier.ts";

function modifier() {
  const modifications = noModifications();
  return { modifications, m: new Modifier(modifications) };
}

test("steps are named by their first use unless it is said otherwise", async () => {
  const { modifications, m } = modifier();
  await m.mockStepResult({ name: "a" }, 1);
  await m.mockStepResult({ name: "a", index: 2 }, 2);
  expect(modifications.results).toEqual([
    { name: "a", index: 1, value: 1 },
    { name: "a", index: 2, value: 2 },
  ]);
});

test("sleeps and delays are disabled step by step, or all of them for good", async () => {
  const { modifications, m } = modifier();
  await m.disableSleeps([{ name: "nap" }]);
  await m.disableSleeps([{ name: "nap", index: 3 }]);
  expect(modifications.sleeps).toEqual([
    { name: "nap", index: 1 },
    { name: "nap", index: 3 },
  ]);
  await m.disableSleeps();
  await m.disableSleeps([{ name: "nap" }]);
  expect(modifications.sleeps).toBe("all");
});

test("a failure comes before a result, and not after it", async () => {
  const { m } = modifier();
  await m.mockStepError({ name: "a" }, new Error("x"), 2);
  await m.mockStepResult({ name: "a" }, 1);
  await m.mockStepError({ name: "a", index: 2 }, new Error("another step"));
  await expect(m.mockStepError({ name: "a" }, new Error("x"))).rejects.toThrow(
    "[WorkflowIntrospector] Trying to mock error on step 'a' after mocking its result!",
  );
  await expect(m.forceStepTimeout({ name: "a" })).rejects.toThrow(
    "[WorkflowIntrospector] Trying to force timeout on step 'a' after mocking its result!",
  );
  await expect(m.mockStepResult({ name: "a" }, 2)).rejects.toThrow(
    "[WorkflowIntrospector] Trying to mock step 'a' multiple times!",
  );
});

test.each<[string, (m: Modifier) => Promise<void>, string]>([
  ["an index that counts nothing", (m) => m.mockStepResult({ name: "a", index: 0 }, 1), "a whole number from 1, not 0"],
  ["a number of times that is none", (m) => m.forceStepTimeout({ name: "a" }, 1.5), "a whole number from 1, not 1.5"],
  ["an event of no type", (m) => m.mockEvent({ type: "a b" }), 'not "a b"'],
  ["an error that is none", (m) => m.mockStepError({ name: "a" }, "x" as unknown as Error), "needs an Error"],
])("%s is refused", async (_, change, message) => {
  const { modifications, m } = modifier();
  await expect(change(m)).rejects.toThrow(message);
  expect(modifications).toEqual(noModifications());
});
