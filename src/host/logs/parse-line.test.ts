import { expect, test } from "vitest";
import { parseLine } from "./parse-line.ts";

test.each([
  [
    '{"timestamp":1795362843638,"level":"log","message":"hello\\nworld"}',
    { kind: "console", level: "info", time: 1795362843638, message: "hello\nworld" },
  ],
  [
    '{"timestamp":0,"level":"warn","message":"while loading"}',
    { kind: "console", level: "warn", time: undefined, message: "while loading" },
  ],
  [
    '{"timestamp":"1795362878796","level":"fatal","source":"workerd/jsg/setup.c++:44","message":"m","context_depth":0}',
    { kind: "runtime", level: "error", time: 1795362878796, message: "m", place: "workerd/jsg/setup.c++:44" },
  ],
  ["*** Received signal #6: Aborted", { kind: "text", message: "*** Received signal #6: Aborted" }],
  ['{"not":"ours"}', { kind: "text", message: '{"not":"ours"}' }],
  ["{broken", { kind: "text", message: "{broken" }],
])("%s", (line, expected) => {
  expect(parseLine(line)).toEqual(expected);
});

test.each([
  ['{"timestamp":1,"level":"log","message":"abc', "abc … (cut)"],
  ['{"timestamp":1,"level":"log","message":"abc\\', "abc … (cut)"],
  ['{"timestamp":1,"level":"log","message":"abc\\u00', "abc … (cut)"],
  ['{"timestamp":1,"level":"log","message":"abc\\\\', "abc\\ … (cut)"],
])("a line that was cut keeps its beginning: %s", (line, message) => {
  expect(parseLine(line, true)).toEqual({ kind: "console", level: "info", time: 1, message });
});
