import { expect, test } from "vitest";
import { isTerminal, onPause, onResume, STATUS, STATUS_NAMES, type StatusName, statusName } from "./status.ts";

test("names and numbers are each other's inverse", () => {
  for (const name of STATUS_NAMES) expect(statusName(STATUS[name])).toBe(name);
  expect(statusName(99)).toBe("unknown");
});

test.each<
  [StatusName, boolean, "ignore" | "paused", "ignore" | "waitingForPause", "ignore" | "cancel-pause" | "replay"]
>([
  // status, terminal, pause with nothing in flight, pause with a callback in flight, resume
  ["queued", false, "paused", "waitingForPause", "ignore"],
  ["running", false, "paused", "waitingForPause", "ignore"],
  ["waiting", false, "paused", "waitingForPause", "ignore"],
  ["waitingForPause", false, "ignore", "ignore", "cancel-pause"],
  ["paused", false, "ignore", "ignore", "replay"],
  ["rollingBack", false, "ignore", "ignore", "ignore"],
  ["complete", true, "ignore", "ignore", "ignore"],
  ["errored", true, "ignore", "ignore", "ignore"],
  ["terminated", true, "ignore", "ignore", "ignore"],
])("%s: terminal %s, pause → %s, pause in a step → %s, resume → %s", (name, terminal, idle, busy, resume) => {
  expect(isTerminal(STATUS[name])).toBe(terminal);
  expect(onPause(STATUS[name], 0)).toBe(idle);
  expect(onPause(STATUS[name], 2)).toBe(busy);
  expect(onResume(STATUS[name])).toBe(resume);
});
