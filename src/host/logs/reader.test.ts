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
