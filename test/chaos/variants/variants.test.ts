import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DIST } from "../places.ts";
import { catchVariant } from "./catch-variant.ts";
import { applyPatch } from "./copy-package.ts";
import { VARIANTS, variantNamed } from "./variants.ts";

// The rest of them: npm run chaos -- --variants
const HERE = ["answers-events-early", "reruns-finished-steps", "forgets-delivered-events", "forgets-report-keys"];

/** Fixed: what is tested is the checker, not the engine. */
const SEED = 7;

describe("the checker catches a product", () => {
  test.each(HERE.map((name) => variantNamed(name)))("where $breaks", { timeout: 180_000 }, async (variant) => {
    const { first } = await catchVariant(variant, SEED);
    expect(variant.violates).toContain(first?.invariant);
  });
});

test.each(VARIANTS)("the product is where the variant $name breaks it", async ({ patches }) => {
  for (const patch of patches) {
    const text = await readFile(join(DIST, patch.room ?? "engine", patch.file), "utf8");
    expect(applyPatch(text, patch)).not.toBe(text);
  }
});

test("a patch whose place has gone, or is there twice, is an error", () => {
  const patch = { file: "x.js", find: "here", replace: "there" };
  expect(applyPatch("it is here.", patch)).toBe("it is there.");
  expect(() => applyPatch("it is gone.", patch)).toThrow(/0 times.*let test\/chaos\/variants\/variants.ts follow/s);
  expect(() => applyPatch("here and here", patch)).toThrow(/2 times/);
});
