import fc from "fast-check";
import { expect, test } from "vitest";
import { cutText, type JsonValue, jsonView, MAX_VIEW_CHARACTERS } from "./json-view.ts";

function view(value: unknown): JsonValue {
  const { value: shown, isCut } = jsonView(value);
  expect(isCut).toBe(false);
  return shown;
}

test.each<[string, unknown, JsonValue]>([
  ["undefined", undefined, "[undefined]"],
  ["numbers that JSON lacks", [Number.NaN, Infinity, -Infinity, -0], ["[NaN]", "[Infinity]", "[-Infinity]", "[-0]"]],
  ["a BigInt", { big: 5n, negative: -5n }, { big: "[BigInt(5)]", negative: "[BigInt(-5)]" }],
  ["dates", [new Date(0), new Date(Number.NaN)], ["1970-01-01T00:00:00.000Z", "[Invalid Date]"]],
  ["a regular expression", /a"b/gi, '[RegExp(/a"b/gi)]'],
  ["bytes", [new Uint8Array(2), new Float64Array(1)], ["[Uint8Array(2 bytes)]", "[Float64Array(8 bytes)]"]],
  [
    "buffers",
    [new ArrayBuffer(2), new DataView(new ArrayBuffer(3))],
    ["[ArrayBuffer(2 bytes)]", "[DataView(3 bytes)]"],
  ],
  ["a Map", new Map<unknown, unknown>([[{ a: 1 }, 5n]]), { "[Map(1)]": [[{ a: 1 }, "[BigInt(5)]"]] }],
  ["a Set", new Set([1, "b"]), { "[Set(2)]": [1, "b"] }],
  ["an error", new TypeError("boom"), "[TypeError: boom]"],
  [
    "an error with more",
    Object.assign(new Error("boom", { cause: new RangeError("deep") }), { code: 5 }),
    { "[Error: boom]": { code: 5, cause: "[RangeError: deep]" } },
  ],
  [
    "boxed values",
    [Object(1), Object("x"), Object(true), Object(5n)],
    ["[Number(1)]", '[String("x")]', "[Boolean(true)]", "[BigInt(5)]"],
  ],
  ["what cannot be kept", [Promise.resolve(), () => 1, Symbol("x")], ["[Promise]", "[Function]", "[Symbol(x)]"]],
  ["an object without prototype", Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
])("%s", (_, value, shown) => {
  expect(view(value)).toEqual(shown);
});

test("a hole is not undefined, and what a list has beside its items is shown", () => {
  const list = Object.assign([1], { name: "x" });
  list.length = 2;
  expect(view(list)).toEqual({ "[Array(2)]": [1, "[empty]"], name: "x" });
});

test("a value inside itself is named, one that only occurs twice is shown twice", () => {
  const shared = { a: 1 };
  const circle: Record<string, unknown> = { shared, again: shared };
  circle["self"] = circle;
  circle["list"] = new Map([["self", circle]]);
  expect(view(circle)).toEqual({
    shared: { a: 1 },
    again: { a: 1 },
    self: "[Circular]",
    list: { "[Map(1)]": [["self", "[Circular]"]] },
  });
});

test("a property named __proto__ is a property", () => {
  const value: unknown = JSON.parse('{"__proto__": {"a": 1}, "toJSON": 2}');
  expect(JSON.stringify(view(value))).toBe('{"__proto__":{"a":1},"toJSON":2}');
});

test("what JSON says is shown as it is", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      // JSON itself has no -0.
      const said = JSON.parse(JSON.stringify(value)) as JsonValue;
      expect(view(said)).toEqual(said);
    }),
  );
});

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
  withBoxedValues: true,
  withObjectString: true,
});

test("of whatever value it makes JSON that is no longer than asked for and changes no more on its way", () => {
  fc.assert(
    fc.property(anything, fc.integer({ min: 64, max: 600 }), (value, max) => {
      const { value: shown } = jsonView(value, max);
      const text = JSON.stringify(shown);
      expect(text.length).toBeLessThanOrEqual(max);
      expect(JSON.parse(text)).toEqual(shown);
    }),
    { numRuns: 500 },
  );
});

test("a list that is cut shows its beginning and says how many items are missing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 64, max: 2000 }),
      (list, max) => {
        const { value: shown, isCut } = jsonView(list, max);
        if (!Array.isArray(shown)) throw new Error("not a list");
        const last = shown.at(-1);
        const missing = isCut && typeof last === "string" ? /^\[… (\d+) more items\]$/.exec(last)?.[1] : undefined;
        const kept = missing === undefined ? shown : shown.slice(0, -1);
        expect(kept.length + Number(missing ?? 0)).toBe(list.length);
      },
    ),
  );
});

test("an object that is cut says how many properties are missing, and what comes after something long is shown", () => {
  const log = "x".repeat(200_000);
  const { value, isCut } = jsonView({ log, ok: true, list: Array.from({ length: 100_000 }, (_, i) => i), end: "z" });
  expect(isCut).toBe(true);
  expect(value).toMatchObject({ ok: true, end: "z" });
  const shown = value as { log: string; list: (number | string)[] };
  const missingText = Number(/…\[\+(\d+) characters\]$/.exec(shown.log)?.[1]);
  expect(shown.log.indexOf("…") + missingText).toBe(log.length);
  expect(shown.list.at(-1)).toBe(`[… ${100_000 - shown.list.length + 1} more items]`);
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key ${i}`, i]));
  const cut = jsonView(many, 1000).value as Record<string, JsonValue>;
  expect(cut["[…]"]).toBe(`${10_000 - Object.keys(cut).length + 1} more properties`);
});

test("what is nested deeper than anybody follows is named", () => {
  let nested: unknown = [1, 2];
  for (let i = 0; i < 5000; i++) nested = { nested };
  const { value, isCut } = jsonView(nested);
  expect(isCut).toBe(true);
  expect(JSON.stringify(value)).toContain('"[Object(1 properties)]"');
});

test("a list of holes without end costs nothing", () => {
  const list: unknown[] = [];
  list.length = 4_294_967_295;
  const { value } = jsonView(list);
  expect(JSON.stringify(value).length).toBeLessThanOrEqual(MAX_VIEW_CHARACTERS);
  expect(value).toContain("[empty]");
});

test("a text is cut between characters, never inside of one, and fits", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), fc.integer({ min: 40, max: 200 }), (text, room) => {
      const cut = cutText(text, room);
      expect(JSON.stringify(cut).length).toBeLessThanOrEqual(room);
      if (cut === text) return;
      const [, kept, missing] = /^(.*)…\[\+(\d+) characters\]$/su.exec(cut) ?? [];
      expect(text.startsWith(kept ?? "?")).toBe(true);
      expect((kept ?? "").length + Number(missing)).toBe(text.length);
      expect(kept).not.toMatch(/[\ud800-\udbff]$/);
    }),
  );
});
