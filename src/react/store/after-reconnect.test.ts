import { expect, test } from "vitest";
import type { ClientMessage, RunView } from "../../agent/protocol.ts";
import { meansDone, type Verdict, verdictOn } from "./after-reconnect.ts";
import { runView, waitFor } from "./run-view.test-support.ts";

const id = "run-1";
const run = (more: Partial<RunView> = {}): RunView => runView(1, more);
const restarted = { startedAt: 9000 };
const waiting = run({ waitingFor: [waitFor("approval")] });
const waitingTwice = run({ waitingFor: [waitFor("approval", { step: "second", since: 5000 })] });

test.each<[string, ClientMessage, RunView | undefined, RunView | undefined, Verdict]>([
  ["a question", { type: "results", instanceId: id }, run(), run(), "again"],
  ["a question about a run that is gone", { type: "run", instanceId: id }, run(), undefined, "again"],
  ["the question for the state", { type: "sync" }, undefined, undefined, "done"],
  ["a start of a run that is there", { type: "start", instanceId: id }, undefined, run(), "done"],
  ["a start of a run that is not there", { type: "start", instanceId: id }, undefined, undefined, "again"],
  ["a deletion", { type: "delete", instanceId: id }, run(), run(), "again"],
  ["a pause that was made", { type: "pause", instanceId: id }, run(), run({ status: "paused" }), "done"],
  ["a pause that was not made", { type: "pause", instanceId: id }, run(), run(), "again"],
  ["a resumption that was made", { type: "resume", instanceId: id }, run({ status: "paused" }), run(), "done"],
  ["a cancellation that was made", { type: "cancel", instanceId: id }, run(), run({ status: "cancelled" }), "done"],
  ["a cancellation that was not made", { type: "cancel", instanceId: id }, run(), run(), "again"],
  ["a cancellation of a run that began anew since", { type: "cancel", instanceId: id }, run(), run(restarted), "lost"],
  ["a pause of a run that nobody knew", { type: "pause", instanceId: id }, undefined, run(), "lost"],
  ["a restart that was made", { type: "restart", instanceId: id }, run(), run(restarted), "done"],
  ["a restart that was not made, or not yet", { type: "restart", instanceId: id }, run(), run(), "lost"],
  ["an approval after which nothing waits", { type: "approve", instanceId: id }, waiting, run(), "done"],
  ["an approval after which another step waits", { type: "approve", instanceId: id }, waiting, waitingTwice, "done"],
  ["an approval that is still waited for", { type: "approve", instanceId: id }, waiting, waiting, "lost"],
  ["a rejection of what nobody knew to wait", { type: "reject", instanceId: id }, run(), run(), "lost"],
  [
    "an approval under another name",
    { type: "approve", instanceId: id, event: "go" },
    run({ waitingFor: [waitFor("go")] }),
    run(),
    "done",
  ],
  ["an event", { type: "sendEvent", instanceId: id, event: { type: "go" } }, waiting, run(), "lost"],
])("%s", (_what, message, before, after, verdict) => {
  expect(verdictOn(message, before, after)).toBe(verdict);
});

test("a second start is told that its id is taken, and a second deletion that there is no such run: they were done", () => {
  expect(meansDone({ type: "start", instanceId: id }, "id_taken")).toBe(true);
  expect(meansDone({ type: "delete", instanceId: id }, "unknown_run")).toBe(true);
  expect(meansDone({ type: "cancel", instanceId: id }, "unknown_run")).toBe(false);
  expect(meansDone({ type: "start", instanceId: id }, "forbidden")).toBe(false);
});
