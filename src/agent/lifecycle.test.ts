import { expect, test } from "vitest";
import { admitsReports, type Facts, isEnded, refusal, type RunAction, statusOf } from "./lifecycle.ts";
import type { RunStatus } from "./protocol.ts";

test.each<[Facts, RunStatus, boolean]>([
  // facts, status, whether reports count
  [{ paused: false, outcome: null }, "running", true],
  [{ paused: true, outcome: null }, "paused", true],
  [{ paused: false, outcome: "complete" }, "complete", false],
  [{ paused: true, outcome: "complete" }, "paused", false],
  [{ paused: false, outcome: "error" }, "error", false],
  [{ paused: true, outcome: "error" }, "paused", false],
  [{ paused: false, outcome: "cancelled" }, "cancelled", false],
  [{ paused: true, outcome: "cancelled" }, "cancelled", false],
])("%j is %s, and admits reports: %s", (facts, status, admits) => {
  expect(statusOf(facts)).toBe(status);
  expect(admitsReports(facts)).toBe(admits);
});

const STATUSES: RunStatus[] = ["running", "paused", "complete", "error", "cancelled"];

test.each<[RunAction, RunStatus[]]>([
  ["read", STATUSES],
  ["pause", ["running", "paused"]],
  ["resume", ["running", "paused"]],
  ["cancel", ["running", "paused"]],
  ["restart", STATUSES],
  ["approve", ["running", "paused"]],
  ["reject", ["running", "paused"]],
  ["sendEvent", ["running", "paused"]],
  ["delete", ["complete", "error", "cancelled"]],
])("%s is possible in %j only", (action, possible) => {
  expect(STATUSES.filter((status) => refusal(action, status) === null)).toEqual(possible);
});

test("a refusal says what is the matter, with the engine's code where clients look for it", () => {
  expect(refusal("pause", "complete")).toBe("This run cannot be paused: it is complete.");
  expect(refusal("cancel", "cancelled")).toBe(
    "This run cannot be cancelled: it was cancelled. (instance.cannot_terminate)",
  );
});

test("three statuses are ends", () => {
  expect(STATUSES.filter(isEnded)).toEqual(["complete", "error", "cancelled"]);
});
