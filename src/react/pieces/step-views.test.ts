import { expect, test } from "vitest";
import { runView, waitFor } from "../store/run-view.test-support.ts";
import type { WorkflowRun } from "../types.ts";
import { stepViews } from "./step-views.ts";

const PLAN = ["Read", { label: "Check", match: (step: string) => step.startsWith("Checking") }, "Load"];

test.each<[string, Partial<WorkflowRun>, string[]]>([
  ["has said nothing yet", {}, ["upcoming", "upcoming", "upcoming"]],
  ["is at the first", { step: "Read" }, ["current", "upcoming", "upcoming"]],
  ["is at one that is known by a pattern", { step: "Checking 7/9" }, ["done", "current", "upcoming"]],
  ["is at none of the plan's", { step: "Dreaming" }, ["upcoming", "upcoming", "upcoming"]],
  [
    "waits in a step, whatever it said last",
    { step: "Read", waitingFor: [waitFor("go", { step: "Load" })] },
    ["done", "done", "waiting"],
  ],
  ["is paused", { status: "paused", step: "Load" }, ["done", "done", "current"]],
  ["has failed", { status: "error", step: "Checking 7/9", error: "no" }, ["done", "failed", "upcoming"]],
  ["was cancelled", { status: "cancelled", step: "Load" }, ["done", "done", "stopped"]],
  ["is complete", { status: "complete" }, ["done", "done", "done"]],
])("the steps of a run that %s", (_what, run, states) => {
  expect(stepViews(runView(1, run), PLAN).map(({ state }) => state)).toEqual(states);
});

test.each<[Partial<WorkflowRun>, string, string]>([
  [{ step: "Reading rows" }, "Reading rows", "current"],
  [{}, "Running", "current"],
  [{ step: "Reading", waitingFor: [waitFor("approval")] }, "Waiting for approval", "waiting"],
  [{ status: "error", error: "the file is empty" }, "Failed: the file is empty", "failed"],
  [{ status: "error" }, "Failed", "failed"],
  [{ status: "cancelled" }, "Cancelled", "stopped"],
  [{ status: "complete" }, "Complete", "done"],
  [{ status: "paused", step: "Reading" }, "Paused", "current"],
])("without a plan there is one: %j", (run, label, state) => {
  expect(stepViews(runView(1, run), [])).toEqual([{ label, state }]);
});
