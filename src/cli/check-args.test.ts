import type { ArgsDef } from "citty";
import { describe, expect, test } from "vitest";
import { checkArgs, wholeNumber } from "./check-args.ts";
import { UsageError } from "./usage-error.ts";

const ARGS: ArgsDef = {
  project: { type: "positional", required: false },
  port: { type: "string", alias: "p" },
  "log-format": { type: "enum", options: ["pretty", "json"] },
  verbose: { type: "boolean" },
};

describe("understood", () => {
  test.each([
    [[]],
    [["apps/shop"]],
    [["--port", "80", "apps/shop", "--verbose"]],
    [["--port=80"]],
    [["-p", "80"]],
    [["-p80"]],
    [["--log-format", "json"]],
    // A value, if a wrong one: who takes it says what it may be.
    [["--port", "-1"]],
    [["--", "apps/shop"]],
  ])("%j", (args) => {
    expect(() => checkArgs("start", args, ARGS)).not.toThrow();
  });
});

describe("refused", () => {
  test.each([
    [["--prot", "80"], '"pawl start" has no flag --prot. Did you mean --port?'],
    [["--xyz"], '"pawl start" has no flag --xyz.'],
    [["-x"], '"pawl start" has no flag -x.'],
    [["a", "b"], '"pawl start" takes no argument "b".'],
    [["--port"], "--port needs a value."],
    [["--port="], "--port needs a value."],
    [["--port", "--verbose"], '--port needs a value; "--verbose" is a flag.'],
    [["--verbose=yes"], "--verbose takes no value."],
    [["--log-format", "xml"], '--log-format is one of pretty, json, not "xml".'],
  ])("%j", (args, message) => {
    expect(() => checkArgs("start", args, ARGS)).toThrow(new UsageError(message, "start"));
  });
});

describe("whole numbers", () => {
  test.each([
    ["0", 0],
    ["65535", 65_535],
  ])("%s", (text, value) => {
    expect(wholeNumber("start", "--port", text, [0, 65_535])).toBe(value);
  });

  test.each(["65536", "-1", "1.5", "1e3", "0x10", "many", " "])("not %j", (text) => {
    expect(() => wholeNumber("start", "--port", text, [0, 65_535])).toThrow(UsageError);
  });
});
