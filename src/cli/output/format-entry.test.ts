import picocolors from "picocolors";
import { describe, expect, test } from "vitest";
import type { LogEntry } from "../../host/index.ts";
import { formatJson, formatPretty, printable } from "./format-entry.ts";

const ENTRY: LogEntry = {
  time: new Date(2026, 0, 2, 3, 4, 5, 6).getTime(),
  level: "error",
  source: "worker",
  message: "boom",
};
const plain = picocolors.createColors(false);

describe("pretty", () => {
  test("time, level and message on one line, stack and source below", () => {
    const text = formatPretty({ ...ENTRY, stack: "    at f (a.ts:1:2)", frame: "> 1 | f()" }, plain);
    expect(text).toBe("03:04:05.006 error boom\n    at f (a.ts:1:2)\n> 1 | f()");
  });

  test("who speaks, when it is not the Worker", () => {
    expect(formatPretty({ ...ENTRY, level: "info", source: "pawl" }, plain)).toBe("03:04:05.006 info  [pawl] boom");
  });
});

test("JSON is one line with a time that programs can read", () => {
  const text = formatJson({ ...ENTRY, message: "a\nb", event: "ready", facts: { port: 80 } });
  expect(text).not.toContain("\n");
  expect(JSON.parse(text)).toEqual({
    time: new Date(ENTRY.time).toISOString(),
    level: "error",
    source: "worker",
    event: "ready",
    message: "a\nb",
    port: 80,
  });
});

test.each([
  ["plain ü\n\tx", "plain ü\n\tx"],
  ["\u001b[31mred\u001b[0m", "\u001b[31mred\u001b[0m"],
  ["\u001b]0;title\u0007", "\\x1b]0;title\\x07"],
  ["\u001b[2J", "\\x1b[2J"],
  ["a\rb\u0008\u009b", "a\\x0db\\x08\\x9b"],
])("a terminal gets %j as %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});
