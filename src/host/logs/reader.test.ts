import { expect, test } from "vitest";
import type { LogEntry } from "../log-entry.ts";
import { createLogReader } from "./reader.ts";

const mapper = {
  mapText: (text: string) => text.replaceAll("index.js:1:21", "src/app.ts:3:7"),
  codeFrame: (stack: string) => (stack.includes("index.js:1:21") ? "> 3 | here" : undefined),
};

function read(level: string, message: string): LogEntry[] {
  const entries: LogEntry[] = [];
  const reader = createLogReader((entry) => entries.push(entry), mapper);
  reader.line(JSON.stringify({ timestamp: "1", level, message }), false);
  reader.flush();
  return entries;
}

test.each(["error", "warn", "debug"])("a stack logged at level %s is shown in the user's source", (level) => {
  expect(read(level, "attempt 1 failed\nError: x\n    at f (index.js:1:21)")).toEqual([
    {
      time: 1,
      level,
      source: "worker",
      message: "attempt 1 failed\nError: x\n    at f (src/app.ts:3:7)",
      frame: "> 3 | here",
    },
  ]);
});

test("without a stack there is no source to show", () => {
  expect(read("warn", "careful")).toEqual([{ time: 1, level: "warn", source: "worker", message: "careful" }]);
});

test("writes that the disk refuses are told to whoever keeps watch, and not shown one by one", () => {
  const entries: LogEntry[] = [];
  const failures: string[] = [];
  const reader = createLogReader(
    (entry) => entries.push(entry),
    mapper,
    (failure) => failures.push(failure),
  );
  const message =
    "NOSENTRY output lock broke; e = broken.outputGateBroken; jsg.Error: database or disk is full: SQLITE_FULL";
  for (let i = 0; i < 3; i++) {
    reader.line(JSON.stringify({ timestamp: 1, level: "error", message, source: "workerd/io/actor.c++:1" }), false);
  }
  // What the application says of it is its own affair.
  reader.line(JSON.stringify({ timestamp: "1", level: "error", message: "could not save: SQLITE_FULL" }), false);
  reader.flush();
  expect(failures).toEqual(["full", "full", "full"]);
  expect(entries.filter(({ internal }) => internal !== true).map(({ source }) => source)).toEqual(["worker"]);
});
