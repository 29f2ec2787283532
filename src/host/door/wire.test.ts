import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeWire, encodeWire } from "./wire.ts";

function sent(value: unknown): unknown {
  return decodeWire(encodeWire(value));
}

describe("comes back as itself", () => {
  test.each([
    ["undefined", undefined],
    ["numbers that JSON has no text for", [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]],
    ["a large whole number", 2n ** 70n],
    ["a date", new Date(5)],
    ["a date that is none", new Date(Number.NaN)],
    ["a pattern", /a\/b/giu],
    ["a map with a set in it", new Map([[{ a: 1 }, new Set(["x"])]])],
    ["bytes", new Uint8Array([0, 255])],
    ["a window on a buffer", new Int16Array(new Int16Array([1, 2, 3]).buffer, 2, 1)],
    ["a buffer", new Uint8Array([1, 2]).buffer],
    ["text that looks like a node", ["special", "undefined"]],
    ["an object with keys of other objects", JSON.parse('{ "__proto__": 1, "constructor": 2 }')],
  ])("%s", (_, value) => {
    expect(sent(value)).toStrictEqual(value);
  });

  test("an error, by name and message", () => {
    const error = Object.assign(new Error("no"), { name: "MyError" });
    expect(sent(error)).toMatchObject({ name: "MyError", message: "no" });
    expect(sent(new RangeError("far"))).toBeInstanceOf(RangeError);
  });

  test("a value in itself, and one in two places", () => {
    const value: { self?: unknown; a: object; b: object } = { a: new Map(), b: {} };
    value.self = value;
    value.b = value.a;
    const back = sent(value) as typeof value;
    expect(back.self).toBe(back);
    expect(back.a).toBe(back.b);
  });

  test("whatever structured clone carries", () => {
    const values = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(values, (value) => {
        expect(sent(value)).toStrictEqual(structuredClone(value));
      }),
    );
  });
});

test.each([
  ["a function", () => 1, "A function cannot be sent"],
  ["a symbol", [Symbol("a")], "A symbol cannot be sent"],
  ["an instance of a class", { at: new URL("http://a") }, "A URL cannot be sent"],
  ["a promise", Promise.resolve(), "A Promise cannot be sent"],
])("%s is refused", (_, value, message) => {
  expect(() => encodeWire(value)).toThrow(message);
});

test.each(["", "{}", "[]", '[["array",5]]', '[["strange"]]'])("%j is not read as a value", (text) => {
  expect(() => decodeWire(text)).toThrow(/JSON|not whole|unknown kind/);
});
