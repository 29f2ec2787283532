import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Bundle } from "./bundle.ts";
import { projectFolder } from "./project-folder.test-support.ts";
import { createFrameFinder, createStackMapper } from "./source-map.ts";

/** Line n of the bundle is line 1 of the nth source. */
function bundleOf(sources: readonly string[]): Bundle {
  const folder = projectFolder({
    "worker/index.js.map": JSON.stringify({
      version: 3,
      sources,
      sourcesContent: sources.map((source) => `// ${source}`),
      names: [],
      mappings: ["AAAA", ...sources.slice(1).map(() => "ACAA")].join(";"),
    }),
  });
  return {
    outDir: folder,
    modules: [{ name: "index.js", kind: "esModule" }],
    sourceMap: join(folder, "worker/index.js.map"),
    compatibilityDate: "2026-06-11",
    compatibilityFlags: [],
    durableObjectClasses: [],
  };
}

const ENGINE = fileURLToPath(new URL("../engine/runs/run.ts", import.meta.url));

describe("a frame", () => {
  const sources = ["../../app/main.ts", "../../app/node_modules/@scope/a/dist/b.js", ENGINE, "pawl:entry"];

  test.each([
    ["    at main (index.js:1:1)", /^ {4}at main \(\/.*\/app\/main\.ts:1:1\)$/],
    ["  at file:///bundle/index.js:1:1", /^ {2}at \/.*\/app\/main\.ts:1:1$/],
    ["    at async index.js:1:9", /^ {4}at async \/.*\/app\/main\.ts:1:1$/],
    ["    at b (worker/index.js:2:5)", /^ {4}at b \(node_modules\/@scope\/a\/dist\/b\.js:1:1\)$/],
    ["    at run (index.js:3:1)", /^ {4}at run \(pawl\/engine\/runs\/run\.ts:1:1\)$/],
    ["    at index.js:4:1", /^ {4}at pawl:entry:1:1$/],
    ["    at Array.map (<anonymous>)", /^ {4}at Array\.map \(<anonymous>\)$/],
    ["    at x (index.js:99:1)", /^ {4}at x \(index\.js:99:1\)$/],
    ["    at x (index.js:0:0)", /^ {4}at x \(index\.js:0:0\)$/],
    ["    at other (src/index.js:1:1)", /^ {4}at other \(src\/index\.js:1:1\)$/],
    ["wrote index.js:1:1 to the log", /^wrote index\.js:1:1 to the log$/],
  ])("%s is mapped", (frame, expected) => {
    expect(createStackMapper(bundleOf(sources))(frame)).toMatch(expected);
  });

  test("of code is that of the first of the user's own", () => {
    const find = createFrameFinder(bundleOf(sources));
    const stack = "Error: x\n    at b (index.js:2:1)\n    at run (index.js:3:1)\n    at main (index.js:1:1)";
    expect(find(stack)).toMatchObject({
      place: { file: expect.stringMatching(/\/app\/main\.ts$/), line: 1, column: 1 },
      frame: "> 1 | // ../../app/main.ts\n    | ^",
    });
    expect(find("Error: x\n    at run (index.js:3:1)")).toBeUndefined();
  });
});

test("a text without frames needs no source map", () => {
  const bundle = { ...bundleOf(["a.ts"]), sourceMap: "/nowhere/index.js.map" };
  expect(createStackMapper(bundle)("just text")).toBe("just text");
});
