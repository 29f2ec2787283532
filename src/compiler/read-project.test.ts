import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectFolder } from "./project-folder.test-support.ts";
import { MAIN, readJson } from "./read-config.test-support.ts";
import { readProject } from "./read-project.ts";

describe("a whole project", () => {
  test("is read with absolute paths and defaults", async () => {
    const folder = projectFolder({
      ...MAIN,
      "public/index.html": "",
      ".dev.vars": "TOKEN=secret\n",
      "wrangler.jsonc": `{
  // comments and trailing commas are fine
  "$schema": "node_modules/wrangler/config-schema.json",
  "name": "my-app",
  "main": "./main.ts",
  "compatibility_date": "2025-01-08",
  "compatibility_flags": ["nodejs_compat"],
  "durable_objects": { "bindings": [{ "name": "BOX", "class_name": "Box", "script_name": "my-app" }] },
  "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Box"] }, { "tag": "v2", "new_sqlite_classes": ["Lid"] }],
  "workflows": [{ "binding": "FLOW", "name": "my-flow", "class_name": "Flow", "limits": { "steps": 20 },
    "concurrency": { "limit": 3 }, "schedules": ["*/5 * * * *", "0 9 * * MON-FRI"],
    "default_retention": { "success_retention": "7 days", "error_retention": 1000 } }],
  "vars": { "COLOUR": "red", "NESTED": { "a": [1, true, null] } },
  "assets": { "directory": "public", "binding": "ASSETS", "not_found_handling": "single-page-application", "run_worker_first": ["/api/*"] },
  "observability": { "enabled": true },
}`,
    });
    expect(await readProject(folder)).toEqual({
      root: folder,
      configPath: join(folder, "wrangler.jsonc"),
      name: "my-app",
      main: join(folder, "main.ts"),
      compatibilityDate: "2025-01-08",
      compatibilityFlags: ["nodejs_compat"],
      durableObjects: [{ binding: "BOX", className: "Box" }],
      sqliteClasses: ["Box", "Lid"],
      workflows: [
        {
          binding: "FLOW",
          name: "my-flow",
          className: "Flow",
          stepLimit: 20,
          concurrencyLimit: 3,
          successRetentionMs: 7 * 86_400_000,
          errorRetentionMs: 1000,
          schedules: ["*/5 * * * *", "0 9 * * MON-FRI"],
        },
      ],
      vars: { COLOUR: "red", NESTED: { a: [1, true, null] }, TOKEN: "secret" },
      secretNames: ["TOKEN"],
      assets: {
        directory: join(folder, "public"),
        binding: "ASSETS",
        notFoundHandling: "single-page-application",
        htmlHandling: "auto-trailing-slash",
        runWorkerFirst: ["/api/*"],
      },
      sources: [join(folder, "wrangler.jsonc"), join(folder, ".dev.vars")],
      notes: [
        {
          file: join(folder, "wrangler.jsonc"),
          line: 15,
          column: 3,
          key: "observability",
          text: "logs and history are kept on this machine",
        },
      ],
      classPlaces: {
        Box: { file: join(folder, "wrangler.jsonc"), line: 8, column: 68 },
        Lid: { file: join(folder, "wrangler.jsonc"), line: 9, column: 104 },
        Flow: { file: join(folder, "wrangler.jsonc"), line: 10, column: 71 },
      },
      flagPlaces: { nodejs_compat: { file: join(folder, "wrangler.jsonc"), line: 7, column: 27 } },
    });
  });

  test("says the same in TOML", async () => {
    const folder = projectFolder({
      ...MAIN,
      "wrangler.toml": `name = "my-app"
main = "main.ts"
compatibility_date = 2025-01-08

[[durable_objects.bindings]]
name = "BOX"
class_name = "Box"

[[migrations]]
tag = "v1"
new_sqlite_classes = ["Box"]

[[workflows]]
binding = "FLOW"
name = "my-flow"
class_name = "Flow"
limits = { steps = 20 }
schedules = "0 0 L * *"

[vars]
COLOUR = "red"
`,
    });
    expect(await readProject(folder)).toMatchObject({
      name: "my-app",
      compatibilityDate: "2025-01-08",
      durableObjects: [{ binding: "BOX", className: "Box" }],
      sqliteClasses: ["Box"],
      workflows: [{ binding: "FLOW", name: "my-flow", className: "Flow", stepLimit: 20, schedules: ["0 0 L * *"] }],
      vars: { COLOUR: "red" },
      classPlaces: { Flow: { line: 16, column: 1 } },
    });
  });
});

describe("what is accepted", () => {
  test("paths that a build command makes may be missing", async () => {
    const project = await readJson({
      main: "dist/main.js",
      assets: { directory: "dist/client" },
      build: { command: "make", cwd: "sub", watch_dir: ["a", "b"] },
    });
    expect(project.build).toEqual({
      command: "make",
      cwd: join(project.root, "sub"),
      watchDirs: [join(project.root, "a"), join(project.root, "b")],
    });
  });

  test("settings of the bundler", async () => {
    const project = await readJson({
      define: { A: "1" },
      alias: { a: "./b.ts" },
      minify: true,
      jsx_factory: "h",
      jsx_fragment: "F",
      rules: [
        { type: "Text", globs: ["**/*.csv"], fallthrough: true },
        { type: "ESModule", globs: ["**/*.js"] },
      ],
    });
    expect(project.bundling).toEqual({
      define: { A: "1" },
      alias: { a: "./b.ts" },
      minify: true,
      jsxFactory: "h",
      jsxFragment: "F",
      rules: [{ kind: "text", globs: ["**/*.csv"], fallthrough: true }],
    });
  });

  test("harmless keys, each with a note", async () => {
    const harmless = {
      account_id: "1",
      workers_dev: true,
      preview_urls: true,
      routes: ["example.com/*"],
      route: "example.com/*",
      observability: { enabled: true },
      placement: { mode: "smart" },
      upload_source_maps: true,
      logpush: true,
      send_metrics: true,
      keep_vars: true,
      no_bundle: true,
      dev: { port: 1 },
      limits: { cpu_ms: 1 },
      keep_names: true,
      compliance_region: "public",
      tail_consumers: [{ service: "x" }],
    };
    expect((await readJson(harmless)).notes.map(({ key }) => key)).toEqual(Object.keys(harmless));
  });

  test("a date that workerd does not know yet is lowered, with a note", async () => {
    const project = await readJson({ compatibility_date: "2999-01-01" });
    expect(project.compatibilityDate).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(project.notes).toMatchObject([{ key: "compatibility_date" }]);
  });

  test("what the Vite plugin generates", async () => {
    const project = await readJson({
      topLevelName: "app",
      definedEnvironments: [],
      configPath: "/somewhere/wrangler.jsonc",
      userConfigPath: "/somewhere/wrangler.jsonc",
      legacy_env: true,
      no_bundle: true,
      rules: [{ type: "ESModule", globs: ["**/*.js", "**/*.mjs"] }],
      jsx_factory: "React.createElement",
      jsx_fragment: "React.Fragment",
      kv_namespaces: [],
      queues: { producers: [], consumers: [] },
      triggers: {},
      logfwdr: { bindings: [] },
      unsafe: {},
      migrations: [],
      workflows: [],
      durable_objects: { bindings: [] },
      define: {},
      python_modules: { exclude: [] },
    });
    expect(project.notes.map(({ key }) => key)).toEqual(["no_bundle"]);
  });
});
