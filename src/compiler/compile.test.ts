import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { readBundle } from "./bundle-manifest.ts";
import { compile } from "./compile.ts";
import { BuildCommandError, BuildError, type BuildProblem } from "./errors.ts";
import { linkPackages, projectFolder, wranglerJson } from "./project-folder.test-support.ts";
import { readProject } from "./read-project.ts";

async function build(files: Readonly<Record<string, string>>, warnings: BuildProblem[] = []) {
  const folder = projectFolder(files);
  linkPackages(folder);
  const project = await readProject(folder);
  const bundle = await compile(project, {
    outDir: join(folder, "out"),
    shards: 2,
    onWarning: (warning) => warnings.push(warning),
  });
  return { folder, project, bundle, text: readFileSync(join(folder, "out/worker/index.js"), "utf8") };
}

async function problemsOf(files: Readonly<Record<string, string>>): Promise<readonly BuildProblem[]> {
  const error = await build(files).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof BuildError)) throw new Error(`Expected a BuildError, got ${String(error)}`);
  return error.problems;
}

async function onlyProblem(files: Readonly<Record<string, string>>): Promise<BuildProblem> {
  const problems = await problemsOf(files);
  expect(problems).toHaveLength(1);
  const [problem] = problems;
  if (problem === undefined) throw new Error("No problem.");
  return problem;
}

const BOX = {
  durable_objects: { bindings: [{ name: "BOX", class_name: "Box" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Box"] }],
};

describe("the output", () => {
  test("is the bundle, its map, and a description without secrets", async () => {
    const { folder, bundle, text } = await build({
      "wrangler.jsonc": wranglerJson({ ...BOX, vars: { COLOUR: "mauve" } }),
      ".dev.vars": "TOKEN=hush-hush\n",
      "main.ts": 'import { DurableObject } from "cloudflare:workers";\nexport class Box extends DurableObject {}\n',
    });
    expect(readdirSync(join(folder, "out")).toSorted()).toEqual(["bundle.json", "worker"]);
    expect(readdirSync(join(folder, "out/worker")).toSorted()).toEqual(["index.js", "index.js.map"]);
    expect(bundle).toEqual({
      outDir: join(folder, "out"),
      modules: [{ name: "index.js", kind: "esModule" }],
      sourceMap: join(folder, "out/worker/index.js.map"),
      compatibilityDate: "2026-06-11",
      // The engine's own.
      compatibilityFlags: ["nodejs_als"],
      durableObjectClasses: ["Box", "WorkflowEngine"],
    });
    expect(await readBundle(join(folder, "out"))).toEqual(bundle);
    expect(readFileSync(join(folder, "out/bundle.json"), "utf8") + text).not.toContain("hush-hush");
  });

  test("has a source map that leads to the user's files, with their text", async () => {
    const files = {
      "wrangler.jsonc": wranglerJson({ main: "src/main.ts" }),
      "src/main.ts":
        'import { greeting } from "../lib/greeting.ts";\nexport default { fetch: () => new Response(greeting) };\n',
      "lib/greeting.ts": 'export const greeting: string = "hi" + Math.random();\n',
    };
    const { folder, bundle } = await build(files);
    const map = JSON.parse(readFileSync(bundle.sourceMap, "utf8")) as { sources: string[]; sourcesContent: string[] };
    const sources = map.sources.map((source) => resolve(dirname(bundle.sourceMap), source));
    for (const name of ["src/main.ts", "lib/greeting.ts"] as const) {
      const index = sources.indexOf(join(folder, name));
      expect(existsSync(sources[index] ?? "")).toBe(true);
      expect(map.sourcesContent[index]).toBe(files[name]);
    }
  });

  test("keeps nothing of the build before, and leaves other files alone", async () => {
    const { folder, project, bundle } = await build({
      "wrangler.jsonc": wranglerJson(),
      "main.ts": 'import data from "./a.bin";\nexport default { fetch: () => new Response(data) };\n',
      "a.bin": "1",
    });
    expect(bundle.modules).toEqual([
      { name: "index.js", kind: "esModule" },
      { name: expect.stringMatching(/^[\da-f]{16}-a\.bin$/), kind: "data" },
    ]);
    writeFileSync(join(folder, "out/of-the-host.txt"), "");
    writeFileSync(join(folder, "main.ts"), "export default {};");
    await compile(project, { outDir: join(folder, "out"), shards: 2 });
    expect(readdirSync(join(folder, "out/worker")).toSorted()).toEqual(["index.js", "index.js.map"]);
    expect(readdirSync(join(folder, "out")).toSorted()).toEqual(["bundle.json", "of-the-host.txt", "worker"]);
  });

  test("of a failed build is that of the build before", async () => {
    const { folder, project, text } = await build({
      "wrangler.jsonc": wranglerJson(),
      "main.ts": "export default {};",
    });
    writeFileSync(join(folder, "main.ts"), "export default {");
    await expect(compile(project, { outDir: join(folder, "out"), shards: 2 })).rejects.toThrow(BuildError);
    expect(readFileSync(join(folder, "out/worker/index.js"), "utf8")).toBe(text);
    await readBundle(join(folder, "out"));
  });

  test("may not go where the sources are", async () => {
    const folder = projectFolder({
      "wrangler.jsonc": wranglerJson({ main: "out/worker/main.ts" }),
      "out/worker/main.ts": "",
    });
    const project = await readProject(folder);
    for (const outDir of [folder, join(folder, "out")]) {
      await expect(compile(project, { outDir, shards: 1 })).rejects.toMatchObject({ code: "out_dir_in_use" });
    }
    expect(existsSync(project.main)).toBe(true);
  });

  test("is missed with a clear text", async () => {
    const folder = projectFolder({ "broken/bundle.json": "{}" });
    await expect(readBundle(folder)).rejects.toMatchObject({ code: "build_missing" });
    await expect(readBundle(join(folder, "broken"))).rejects.toMatchObject({ code: "build_unreadable" });
  });

  test("needs a whole number of shards", async () => {
    const folder = projectFolder({ "wrangler.jsonc": wranglerJson(), "main.ts": "" });
    const project = await readProject(folder);
    await expect(compile(project, { outDir: join(folder, "out"), shards: 0 })).rejects.toMatchObject({
      code: "bad_shards",
    });
  });
});

describe("minified", () => {
  test("classes keep their names", async () => {
    const { text } = await build({
      "wrangler.jsonc": wranglerJson({ ...BOX, minify: true }),
      "main.ts": 'import { DurableObject } from "cloudflare:workers";\nexport class Box extends DurableObject {}\n',
    });
    expect(text).toMatch(/"Box"\)/);
    expect(text).toMatch(/as Box\b/);
  });
});

describe("classes that the configuration names", () => {
  test("must be exported; the line and what is exported are shown", async () => {
    const problem = await onlyProblem({
      "wrangler.jsonc": wranglerJson(BOX),
      "main.ts": "export class Bax {}\nexport default {};",
    });
    expect(problem.text).toMatch(
      /The class `Box` is not exported by .*main\.ts\. It exports: Bax, default\. Add to it: export \{ Box \}/,
    );
    expect(problem.place).toMatchObject({ file: expect.stringContaining("wrangler.jsonc"), line: 9 });
    expect(problem.frame).toContain('"class_name": "Box"');
  });

  test.each([
    'export type { Box } from "./box.ts";',
    'export { type Box } from "./box.ts";',
    "export interface Box { a: 1 }",
    'import type { Box } from "./box.ts";\nexport { Box };',
  ])("are not exported by %s, and it says why", async (main) => {
    const { text } = await onlyProblem({
      "wrangler.jsonc": wranglerJson(BOX),
      "main.ts": main,
      "box.ts": "export class Box {}",
    });
    expect(text).toContain("It exports `Box` as a type only");
  });

  test("are workflows' classes too", async () => {
    const { text } = await onlyProblem({
      "wrangler.jsonc": wranglerJson({ workflows: [{ binding: "W", name: "w", class_name: "Flow" }] }),
      "main.ts": "",
    });
    expect(text).toContain("The class `Flow` is not exported by");
    expect(text).toContain("It exports nothing.");
  });

  test("may not be called like the engine", async () => {
    const { text } = await onlyProblem({
      "wrangler.jsonc": wranglerJson(),
      "main.ts": "export class WorkflowEngine {}",
    });
    expect(text).toContain("Pawl's own class");
  });
});

describe("what cannot be bundled", () => {
  test("a syntax error comes with file, line, column and a frame", async () => {
    const problem = await onlyProblem({
      "wrangler.jsonc": wranglerJson(),
      "main.ts": 'import "./lib/broken.ts";\nexport default {};',
      "lib/broken.ts": '// "é" is two bytes\nconst é = "é", x = = 1;\n',
    });
    expect(problem.place).toMatchObject({ file: expect.stringMatching(/lib\/broken\.ts$/), line: 2, column: 20 });
    expect(problem.frame?.split("\n")[2]).toBe(`    | ${" ".repeat(19)}^`);
  });

  test("a missing package is named once, with its importers and the command", async () => {
    const { text, place } = await onlyProblem({
      "wrangler.jsonc": wranglerJson(),
      "main.ts": 'import "@scope/not-there/deep";\nimport "./other.ts";\n',
      "other.ts": 'import x from "@scope/not-there";\nexport { x };',
    });
    expect(text).toMatch(
      /^The package "@scope\/not-there" is not installed\. It is also imported in .*other\.ts:1:15\. Run: npm install @scope\/not-there$/,
    );
    expect(place).toMatchObject({ line: 1, column: 8 });
  });

  test("a missing peer of a package says whose peer it is", async () => {
    const folder = projectFolder({
      "wrangler.jsonc": wranglerJson(),
      "main.ts": 'import "with-peer";\n',
      "node_modules/with-peer/package.json": '{ "name": "with-peer", "main": "index.js" }',
      "node_modules/with-peer/index.js": 'import "the-peer";',
    });
    const project = await readProject(folder);
    await expect(compile(project, { outDir: join(folder, "out"), shards: 1 })).rejects.toThrow(
      'The package "the-peer" is not installed. It is needed by "with-peer", which leaves it to the project to install. Run: npm install the-peer',
    );
  });

  test("a file that is not there is not taken for a package", async () => {
    const { text } = await onlyProblem({ "wrangler.jsonc": wranglerJson(), "main.ts": 'import "./gone.ts";' });
    expect(text).toBe('Could not resolve "./gone.ts".');
  });

  test("modules of Node need nodejs_compat, and all are named at once", async () => {
    const { text, place } = await onlyProblem({
      "wrangler.jsonc": wranglerJson(),
      "main.ts": 'import "node:fs";\nimport "os";\nimport process from "node:process";\nconsole.log(process);\n',
    });
    expect(text).toContain("(node:fs, node:os)");
    expect(text).toContain('"compatibility_flags": ["nodejs_compat"]');
    expect(place).toMatchObject({ line: 1 });
  });

  test("modules of Node that packages import are put down to these", async () => {
    const { text, frame } = await onlyProblem({
      "wrangler.jsonc": wranglerJson({ compatibility_date: "2025-01-08" }),
      "main.ts": 'import { Agent } from "agents";\nexport default Agent;',
    });
    expect(text).toMatch(/\(.*node:os.*, through "agents".*\)/);
    expect(frame).toBeUndefined();
  });

  test("nodejs_als brings async_hooks only", async () => {
    const config = { compatibility_flags: ["nodejs_als"] };
    await build({
      "wrangler.jsonc": wranglerJson(config),
      "main.ts": 'import { AsyncLocalStorage } from "node:async_hooks";\nexport default AsyncLocalStorage;',
    });
    const { text } = await onlyProblem({ "wrangler.jsonc": wranglerJson(config), "main.ts": 'import "node:fs";' });
    expect(text).toContain("(node:fs)");
  });

  test("a module of Node that workerd lacks is refused, but a package may ask for it", async () => {
    const config = { compatibility_flags: ["nodejs_compat"] };
    const { text } = await onlyProblem({ "wrangler.jsonc": wranglerJson(config), "main.ts": 'import "node:sea";' });
    expect(text).toContain('workerd has no module "node:sea"');
    await build({
      "wrangler.jsonc": wranglerJson(config),
      "main.ts": 'import { sea } from "./asks.cjs";\nexport default { fetch: () => sea() };',
      "asks.cjs": 'exports.sea = () => { try { return require("node:sea"); } catch { return undefined; } };',
    });
  });

  test("a module of Node that the project's own flags switch off is named", async () => {
    const { text } = await onlyProblem({
      "wrangler.jsonc": wranglerJson({ compatibility_flags: ["nodejs_compat", "disable_nodejs_os_module"] }),
      "main.ts": 'import os from "node:os";\nexport default { fetch: () => new Response(os.EOL) };',
    });
    expect(text).toContain("node:os");
  });

  test("a kind of file that has no rule brings the rule to add", async () => {
    const { text } = await onlyProblem({
      "wrangler.jsonc": wranglerJson(),
      "main.ts": 'import "./a.png";',
      "a.png": "",
    });
    expect(text).toContain('"rules": [{ "type": "Data", "globs": ["**/*.png"] }]');
  });

  test("the message of several says all of them", async () => {
    const files = { "wrangler.jsonc": wranglerJson(), "main.ts": 'import "./a.ts";\nimport "./b.ts";\n' };
    await expect(build(files)).rejects.toThrow(
      /could not be built: 2 problems\.\n\n.*main\.ts:1:8\n[^]*main\.ts:2:8\n/,
    );
  });
});

test("a definition that is no expression is refused", async () => {
  const config = { define: { FLAG: "not valid (" } };
  const { text } = await onlyProblem({ "wrangler.jsonc": wranglerJson(config), "main.ts": "" });
  expect(text).toContain("not valid (");
});

test("every source sees the paths of the tsconfig nearest to it", async () => {
  const { text } = await build({
    "wrangler.jsonc": wranglerJson({ main: "apps/one/main.ts" }),
    "apps/one/tsconfig.json": '{ "compilerOptions": { "paths": { "~/*": ["./*"] } } }',
    "apps/one/main.ts":
      'import { one } from "~/value";\nimport { two } from "../../lib/two/index.ts";\nexport default { one, two };\n',
    "apps/one/value.ts": 'export const one = "value of one";',
    "lib/two/tsconfig.json": '{ "compilerOptions": { "paths": { "~/*": ["./*"] } } }',
    "lib/two/index.ts": 'import { two } from "~/value";\nexport { two };\n',
    "lib/two/value.ts": 'export const two = "value of two";',
  });
  expect(text).toContain("value of one");
  expect(text).toContain("value of two");
});

test("warnings about the user's files are handed on, those about packages are not", async () => {
  const warnings: BuildProblem[] = [];
  await build({ "wrangler.jsonc": wranglerJson(), "main.ts": "const a = 1;\nexport default { a, a: 2 };\n" }, warnings);
  expect(warnings).toEqual([
    expect.objectContaining({
      place: expect.objectContaining({ line: 2 }),
      text: expect.stringContaining("Duplicate key"),
    }),
  ]);
});

test("a main that answers no requests is warned about", async () => {
  const warnings: BuildProblem[] = [];
  const config = { "wrangler.jsonc": wranglerJson() };
  await build({ ...config, "main.ts": "addEventListener('fetch', () => undefined);" }, warnings);
  expect(warnings).toEqual([]);
  await build({ ...config, "main.ts": "export const a = {};" }, warnings);
  expect(warnings.map(({ text }) => text)).toEqual([expect.stringContaining("main.ts has no default export")]);
});

describe("the build command", () => {
  test("runs first, in its folder, and may make main", async () => {
    const { text } = await build({
      "wrangler.jsonc": wranglerJson({
        main: "made/main.js",
        build: { command: "mkdir ../made && cp source.js ../made/main.js", cwd: "src" },
      }),
      "src/source.js": "export default { fetch: () => new Response('made by hand') };",
    });
    expect(text).toContain("made by hand");
  });

  test("that fails is told with its exit code", async () => {
    const files = { "wrangler.jsonc": wranglerJson({ build: { command: "exit 3" } }), "main.ts": "" };
    const error = await build(files).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(BuildCommandError);
    expect(error).toMatchObject({ exitCode: 3, message: expect.stringContaining("ended with exit code 3") });
  });

  test("is ended when the build is called off, with all that it has started", async () => {
    const folder = projectFolder({
      "wrangler.jsonc": wranglerJson({ build: { command: "trap '' TERM; sleep 600 & echo $! > pids; wait" } }),
      "main.ts": "",
    });
    const stop = new AbortController();
    const built = compile(await readProject(folder), { outDir: join(folder, "out"), shards: 2, signal: stop.signal });
    const pids = () => readFileSync(join(folder, "pids"), "utf8").trim();
    await vi.waitFor(() => expect(pids()).toMatch(/^\d+$/), { timeout: 10_000 });
    stop.abort(new Error("called off"));
    await expect(built).rejects.toThrow("called off");
    await vi.waitFor(() => expect(isRunning(Number(pids()))).toBe(false), { timeout: 10_000 });
  });

  test("whose folder is missing is told", async () => {
    const files = { "wrangler.jsonc": wranglerJson({ build: { command: "true", cwd: "gone" } }), "main.ts": "" };
    await expect(build(files)).rejects.toMatchObject({ code: "build_command_failed", exitCode: null });
  });

  test("that does not make main or the assets is told", async () => {
    const files = {
      "wrangler.jsonc": wranglerJson({ main: "gone.js", assets: { directory: "gone" }, build: { command: "true" } }),
    };
    const problems = await problemsOf(files);
    expect(problems.map(({ text }) => text)).toEqual([
      expect.stringMatching(/The entry module .*gone\.js does not exist\. The build command `true` has not made it\./),
      expect.stringMatching(/The assets folder .*gone does not exist\./),
    ]);
  });
});

/** A process that has ended and waits for somebody to ask about it does not count. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.startsWith("Z");
}
