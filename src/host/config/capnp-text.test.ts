import { expect, test } from "vitest";
import { type CapnpValue, Embed, renderCapnp } from "./capnp-text.ts";

test.each<[CapnpValue, string]>([
  ["plain", '"plain"'],
  ['a "quoted" \\ path', '"a \\"quoted\\" \\\\ path"'],
  ["line\nbreak\ttab\r", '"line\\nbreak\\x09tab\\x0d"'],
  ["\u0000\u001b\u007f", '"\\x00\\x1b\\x7f"'],
  ["ü 😀 \u2028", '"ü 😀 \u2028"'],
  [42, "42"],
  [true, "true"],
  [new Embed("worker/a b.js"), 'embed "worker/a b.js"'],
  [[], "[]"],
  [["a"], '[\n  "a"\n]'],
  [{ name: "x", none: undefined, inner: { flag: false } }, '(name = "x", inner = (flag = false))'],
  [{}, "()"],
])("%j is written as %s", (value, text) => {
  expect(renderCapnp(value)).toBe(text);
});
