import { describe, expect, test } from "vitest";
import { faithful } from "./app/faithful.ts";
import { foldNames } from "./app/fold-names.ts";
import { valueKinds } from "./app/values.ts";

describe("faithful", () => {
  test("values that differ in what structured clone carries give different JSON", () => {
    const seen = new Map<string, string>();
    for (const [what, make] of valueKinds) {
      const json = JSON.stringify(faithful(make()));
      const other = seen.get(json);
      expect(other === undefined ? what : `${what} = ${other}`).toBe(what);
      seen.set(json, what);
    }
  });

  test("plain JSON is itself", () => {
    const value = { a: [1, "b", null, { c: true }] };
    expect(faithful(value)).toEqual(value);
  });

  test("a property called $ is not taken for a mark", () => {
    expect(faithful({ $: "bigint", of: "5" })).not.toEqual(faithful(5n));
  });

  test("a circle ends", () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = { circle };
    expect(faithful(circle)).toEqual({ self: { circle: { $: "seen", of: 2 } } });
  });
});

describe("foldNames", () => {
  test("a name folded into the message counts as the name", () => {
    expect(foldNames({ name: "Error", message: "WorkflowTimeoutError: late" })).toEqual({
      name: "WorkflowTimeoutError",
      message: "late",
    });
    expect(foldNames(["throws Error: MyError: boom"])).toEqual(["throws MyError: boom"]);
  });

  test("other names and messages stay", () => {
    const others = [
      { name: "Error", message: "boom: again" },
      { name: "TypeError", message: "MyError: boom" },
      "Error: boom",
    ];
    expect(foldNames(others)).toEqual(others);
  });
});
