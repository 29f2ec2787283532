import { expect, test } from "vitest";
import { applyDelta } from "./apply-delta.ts";
import { currentRunFields, initialWorkflowState } from "./current-run.ts";
import type { RunView, WorkflowState } from "./protocol.ts";

function run(number: number, more: Partial<RunView> = {}): RunView {
  return {
    id: `run-${number}`,
    number,
    workflow: "WORK",
    status: "running",
    step: null,
    progress: 0,
    results: [],
    totalResults: 0,
    error: null,
    waitingFor: [],
    startedAt: 1000,
    updatedAt: 1000,
    endedAt: null,
    ...more,
  };
}

function stateOf(runs: RunView[], current: RunView | undefined = runs[0]): WorkflowState {
  return { ...initialWorkflowState, ...currentRunFields(current), runs, totalRuns: runs.length };
}

test("the first run of an idle agent becomes the current one", () => {
  const state = applyDelta(initialWorkflowState, {
    type: "state_delta",
    current: "run-1",
    totalRuns: 1,
    added: [run(1)],
  });
  expect(state).toEqual({
    ...stateOf([run(1)]),
    status: "running",
    workflowInstanceId: "run-1",
    lastUpdated: "1970-01-01T00:00:01.000Z",
  });
});

test("a change touches its own run, and the fields for one run when it is the current one", () => {
  const before = stateOf([run(2), run(1)]);
  const changed = [{ id: "run-1", step: "half-way", progress: 50, updatedAt: 2000 }];
  const other = applyDelta(before, { type: "state_delta", current: "run-2", totalRuns: 2, changed });
  expect(other.runs[1]).toEqual(run(1, { step: "half-way", progress: 50, updatedAt: 2000 }));
  expect(other.runs[0]).toBe(before.runs[0]);
  expect(other).toMatchObject({ currentStep: null, progress: 0, workflowInstanceId: "run-2" });

  const own = applyDelta(other, { type: "state_delta", current: "run-1", totalRuns: 2 });
  expect(own).toMatchObject({ currentStep: "half-way", progress: 50, workflowInstanceId: "run-1" });
});

test("results are added once, however often the delta comes, and only the kept ones stay", () => {
  const before = stateOf([run(1, { results: ["a", "b"], totalResults: 2 })]);
  const results = { total: 4, newest: ["b", "c", "d"], kept: 3 };
  const delta = { type: "state_delta", current: "run-1", totalRuns: 1, changed: [{ id: "run-1", results }] } as const;
  const once = applyDelta(before, { ...delta, changed: [...delta.changed] });
  expect(once).toMatchObject({ results: ["b", "c", "d"], totalResults: 4 });
  expect(applyDelta(once, { ...delta, changed: [...delta.changed] })).toEqual(once);
});

test("results that a client has missed leave no hole: it shows the newest only", () => {
  const before = stateOf([run(1, { results: ["a"], totalResults: 1 })]);
  const results = { total: 9, newest: ["h", "i"], kept: 5 };
  const after = applyDelta(before, {
    type: "state_delta",
    current: "run-1",
    totalRuns: 1,
    changed: [{ id: "run-1", results }],
  });
  expect(after.runs[0]).toMatchObject({ results: ["h", "i"], totalResults: 9 });
});

test("a view may keep none of the results", () => {
  const before = stateOf([run(1, { results: ["a"], totalResults: 1 })]);
  const results = { total: 2, newest: [], kept: 0 };
  const after = applyDelta(before, {
    type: "state_delta",
    current: null,
    totalRuns: 1,
    changed: [{ id: "run-1", results }],
  });
  expect(after.runs[0]).toMatchObject({ results: [], totalResults: 2 });
});

test("a cancelled run leaves clients of one run idle, with what it has reported", () => {
  const before = stateOf([run(1, { results: ["a"], totalResults: 1, progress: 40, step: "work" })]);
  const changed = [{ id: "run-1", status: "cancelled", endedAt: 3000, updatedAt: 3000 } as const];
  expect(applyDelta(before, { type: "state_delta", current: "run-1", totalRuns: 1, changed })).toMatchObject({
    status: "idle",
    workflowInstanceId: null,
    progress: 40,
    results: ["a"],
    runs: [{ status: "cancelled" }],
  });
});

test("runs come and go; one that begins anew replaces itself; fields of the application stay", () => {
  const before = { ...stateOf([run(3), run(2), run(1)]), theme: "dark" };
  const after = applyDelta(before, {
    type: "state_delta",
    current: "run-4",
    totalRuns: 3,
    added: [run(2, { progress: 1 }), run(4)],
    gone: ["run-3"],
  });
  expect(after.runs).toEqual([run(4), run(2, { progress: 1 }), run(1)]);
  expect(after).toMatchObject({ theme: "dark", workflowInstanceId: "run-4", totalRuns: 3 });
});
