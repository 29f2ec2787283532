import { expect, test } from "vitest";
import { applyDelta } from "../apply-delta.ts";
import type { RunRecord } from "../store/run-record.ts";
import type { RunStore } from "../store/run-store.ts";
import { LiveState } from "./live-state.ts";

const RECORD: RunRecord = {
  number: 1,
  id: "run-1",
  workflow: "WORK",
  created: true,
  keyed: true,
  settled: false,
  paused: false,
  outcome: null,
  step: null,
  progress: 0,
  error: null,
  results: 0,
  waits: [],
  waitsAt: 0,
  startedAt: 1000,
  restartedAt: 0,
  updatedAt: 1000,
  endedAt: null,
  checkAt: 1000,
  checks: 0,
};

/** A store with one run, as far as the live state reads it. */
const STORE = {
  runs: { foremost: () => [RECORD], count: () => 1 },
  results: { newest: () => [] },
  currentId: RECORD.id,
  get: () => RECORD,
} as unknown as RunStore;

const LIMITS = { runsInState: 20, resultsInState: 50, resultBytesInState: 16_384 };

test("a change of details is told to clients who have known the agent longer than this object", () => {
  let details = "before";
  const connected = new LiveState(STORE, { ...LIMITS, detailsOf: () => details }, () => {}).fields();
  // The agent was woken by what it changes: it has not looked at its runs before.
  const woken = new LiveState(STORE, { ...LIMITS, detailsOf: () => details }, () => {});
  details = "after";
  woken.detailsChanged(RECORD.id);
  const delta = woken.takeDelta();
  if (delta === undefined) throw new Error("nothing to tell");
  expect(applyDelta(connected, delta).runs).toMatchObject([{ details: "after" }]);
});

test("without details a view has none, and that they are the same is nothing to tell", () => {
  const live = new LiveState(STORE, { ...LIMITS, detailsOf: () => undefined }, () => {});
  expect(live.fields().runs[0]).not.toHaveProperty("details");
  expect(live.takeDelta()).toBeUndefined();
});
