import fc from "fast-check";
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

/** The specification's picture of a run (§4.3), drawn by hand: who goes where at what is done or happens. */
const PICTURE: Readonly<Record<string, Readonly<Record<string, StatusName>>>> = {
  queued: { pause: "paused", begin: "running", terminate: "terminated" },
  running: {
    pause: "paused",
    "pause in a step": "waitingForPause",
    sleep: "waiting",
    succeed: "complete",
    fail: "errored",
    terminate: "terminated",
  },
  waiting: { pause: "paused", begin: "running", terminate: "terminated" },
  waitingForPause: { resume: "running", "last step ends": "paused", terminate: "terminated" },
  paused: { resume: "queued", terminate: "terminated" },
  complete: {},
  errored: {},
  terminated: {},
};

/** The same by the tables that the engine uses, where they have a say. */
function next(status: StatusName, what: string): StatusName {
  const number = STATUS[status];
  if (what === "pause" || what === "pause in a step") {
    const answer = onPause(number, what === "pause" ? 0 : 1);
    return answer === "ignore" ? status : answer;
  }
  if (what === "resume") {
    const answer = onResume(number);
    return answer === "ignore" ? status : answer === "replay" ? "queued" : "running";
  }
  if (what === "terminate") return isTerminal(number) ? status : "terminated";
  return PICTURE[status]?.[what] ?? status;
}

test("whatever is done in whatever order, a run is where the specification's picture has it", () => {
  const whats = [...new Set(Object.values(PICTURE).flatMap((ways) => Object.keys(ways)))];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...whats), { maxLength: 30 }), (list) => {
      let status: StatusName = "queued";
      let drawn: StatusName = "queued";
      for (const what of list) {
        // A callback is in flight in a run that executes alone.
        if (what === "pause in a step" && status !== "running" && status !== "waitingForPause") continue;
        const before = status;
        status = next(status, what);
        drawn = PICTURE[drawn]?.[what] ?? drawn;
        expect(`${before} -- ${what} -> ${status}`).toBe(`${before} -- ${what} -> ${drawn}`);
      }
    }),
    { numRuns: 500 },
  );
});
