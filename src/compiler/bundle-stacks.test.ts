import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { withoutStacks } from "./bundle-stacks.ts";

test.each([
  [
    "return new Response(err.stack, { status: 500 });",
    'return new Response("Internal Server Error", { status: 500 });',
  ],
  [
    "pair[1].send(JSON.stringify({ error: err.stack }));",
    'pair[1].send(JSON.stringify({ error: "Internal Server Error" }));',
  ],
  ["console.error(err.stack);", "console.error(err.stack);"],
])("%s", (source, expected) => {
  expect(withoutStacks(source)).toBe(expected);
});

test("of the installed SDK nothing is left that puts a stack into an answer", async () => {
  const folder = dirname(fileURLToPath(import.meta.resolve("agents")));
  const names = (await readdir(folder)).filter((name) => name.endsWith(".js") && name !== "cli.js");
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  const changed = texts.filter((text) => withoutStacks(text) !== text);
  // Should the SDK do it in other words one day, this test finds it.
  expect(changed).toHaveLength(1);
  for (const text of texts) expect(withoutStacks(text)).not.toMatch(/\.stack\b(?!\w)/);
});
