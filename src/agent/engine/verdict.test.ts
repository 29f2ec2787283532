import { expect, test } from "vitest";
import { compare, type Known, type Verdict } from "./verdict.ts";

const running: Known = { created: true, paused: false, outcome: null, error: null };
const paused: Known = { ...running, paused: true };
const failed: Known = { ...running, outcome: "error", error: "no luck" };
const done: Known = { ...running, outcome: "complete" };
const cancelled: Known = { ...running, outcome: "cancelled" };
const agree: Verdict = { kind: "agree" };

test.each<[string, Known, string, Verdict]>([
  ["running", running, "running", agree],
  ["running", running, "queued", agree],
  ["running", running, "waiting", agree],
  ["running", running, "something new", agree],
  ["running", running, "paused", { kind: "paused", paused: true }],
  ["running", running, "waitingForPause", { kind: "paused", paused: true }],
  ["paused", paused, "paused", agree],
  ["paused", paused, "running", { kind: "paused", paused: false }],
  ["running", running, "complete", { kind: "ended", outcome: "complete", error: null }],
  ["paused", paused, "complete", { kind: "ended", outcome: "complete", error: null }],
  ["running", running, "errored", { kind: "ended", outcome: "error", error: "boom" }],
  ["running", running, "terminated", { kind: "ended", outcome: "cancelled", error: null }],
  ["running", running, "rollingBack", agree],
  ["cancelled", cancelled, "rollingBack", { kind: "ended", outcome: "cancelled", error: null }],
  ["failed", failed, "errored", { kind: "ended", outcome: "error", error: "no luck" }],
  ["failed", failed, "complete", { kind: "ended", outcome: "error", error: "no luck" }],
  ["failed", failed, "running", agree],
  ["complete", done, "complete", { kind: "ended", outcome: "complete", error: null }],
  ["complete", done, "running", agree],
  ["complete", done, "paused", { kind: "ended", outcome: "complete", error: null }],
  ["complete, and paused before that", { ...done, paused: true }, "paused", agree],
  ["complete, and let go on", { ...done, paused: true }, "running", { kind: "paused", paused: false }],
  ["complete", done, "errored", { kind: "ended", outcome: "error", error: "boom" }],
  ["complete", done, "missing", { kind: "ended", outcome: "complete", error: null }],
  ["never created", { ...running, created: false }, "missing", { kind: "create" }],
])("a run that is %s (%j) while the engine says %s", (_what, known, status, verdict) => {
  expect(compare(known, status, "boom")).toEqual(verdict);
});

test("a run under way whose instance is gone has failed", () => {
  expect(compare(running, "missing", undefined)).toMatchObject({
    kind: "ended",
    outcome: "error",
    error: expect.stringContaining("does not exist any more"),
  });
});
