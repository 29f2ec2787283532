import { describe, expect, test } from "vitest";
import { historyOf, chain, CHAIN, problemsOf } from "./hand-made.ts";

describe("history", () => {
  test.each([
    [
      "E1",
      "step_completed of b-1 0 times",
      (events: ReturnType<typeof historyOf>) =>
        events.filter(({ type, stepName }) => type !== "step_completed" || stepName !== "b-1"),
    ],
    ["E9", "out of order", (events: ReturnType<typeof historyOf>) => events.toReversed()],
    [
      "E1",
      "has 99 as the result of b-1",
      (events: ReturnType<typeof historyOf>) =>
        events.map((event) =>
          event.stepName === "b-1" && event.type === "step_completed" ? { ...event, output: 99 } : event,
        ),
    ],
    [
      "E6",
      "has a step z-1",
      (events: ReturnType<typeof historyOf>) =>
        events.map((event) => (event.stepName === "c-1" ? { ...event, stepName: "z-1" } : event)),
    ],
    ["E9", "does not end with", (events: ReturnType<typeof historyOf>) => events.slice(0, -1)],
  ] as const)("%s: %s", (invariant, what, change) => {
    expect(problemsOf(chain({ history: change(historyOf(CHAIN, [1, 10, 2, 20, 3, 30])) }))).toContainEqual(
      expect.stringMatching(`^${invariant}: .*${what}`),
    );
  });
});
