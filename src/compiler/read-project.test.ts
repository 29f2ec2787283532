import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, type ConfigFault } from "./errors.ts";
import { projectFolder, wranglerJson } from "./project-folder.test-support.ts";
import { readProject, type ReadProjectOptions } from "./read-project.ts";

const MAIN = { "main.ts": "export default {};" };

async function readJson(more: Readonly<Record<string, unknown>>, options?: ReadProjectOptions) {
  return readProject(projectFolder({ ...MAIN, "wrangler.jsonc": wranglerJson(more) }), options);
}

/** The faults as `line:column key: text`, without the file. */
async function faultsOf(promise: Promise<unknown>): Promise<readonly ConfigFault[]> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof ConfigError)) throw new Error(`Expected a ConfigError, got ${String(error)}`);
  return error.faults;
}

async function onlyFault(more: Readonly<Record<string, unknown>>): Promise<string> {
  const faults = await faultsOf(readJson(more));
  expect(faults).toHaveLength(1);
  return faults[0]?.text ?? "";
}

const BOX = {
  durable_objects: { bindings: [{ name: "BOX", class_name: "Box" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Box"] }],
};

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
  "workflows": [{ "binding": "FLOW", "name": "my-flow", "class_name": "Flow", "limits": { "steps": 20 } }],
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
      workflows: [{ binding: "FLOW", name: "my-flow", className: "Flow", stepLimit: 20 }],
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
          line: 13,
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

[vars]
COLOUR = "red"
`,
    });
    expect(await readProject(folder)).toMatchObject({
      name: "my-app",
      compatibilityDate: "2025-01-08",
      durableObjects: [{ binding: "BOX", className: "Box" }],
      sqliteClasses: ["Box"],
      workflows: [{ binding: "FLOW", name: "my-flow", className: "Flow", stepLimit: 20 }],
      vars: { COLOUR: "red" },
      classPlaces: { Flow: { line: 16, column: 1 } },
    });
  });
});

describe("the file", () => {
  test.each([
    [["wrangler.json", "wrangler.jsonc", "wrangler.toml"], "wrangler.json", "wrangler.jsonc and wrangler.toml beside"],
    [["wrangler.jsonc", "wrangler.toml"], "wrangler.jsonc", "wrangler.toml beside"],
    [["wrangler.toml"], "wrangler.toml", undefined],
  ])("of %j is %s, and a note names the others", async (names, chosen, others) => {
    const toml = 'name = "app"\nmain = "main.ts"\ncompatibility_date = "2026-06-11"\n';
    const files = names.map((name) => [name, name.endsWith("toml") ? toml : wranglerJson()]);
    const folder = projectFolder({ ...MAIN, ...Object.fromEntries(files) });
    const project = await readProject(folder);
    expect(project.configPath).toBe(join(folder, chosen));
    const notes = project.notes.map(({ key, text }) => ({ key, text }));
    const text = `is the configuration; ${String(others)} it is not read`;
    expect(notes).toEqual(others === undefined ? [] : [{ key: "", text }]);
  });

  test("may be given itself, whatever its name is", async () => {
    const folder = projectFolder({ ...MAIN, "other.jsonc": wranglerJson({ name: "other" }) });
    expect((await readProject(join(folder, "other.jsonc"))).name).toBe("other");
  });

  test.each([
    ["a folder without one", ".", "There is no wrangler configuration in"],
    ["a path that is not there", "nowhere", "does not exist"],
    ["a file of another kind", "main.ts", "is not a wrangler configuration"],
  ])("is missed in %s", async (_, path, text) => {
    const folder = projectFolder(MAIN);
    const reading = readProject(join(folder, path));
    await expect(reading).rejects.toMatchObject({ code: "config_not_found", message: expect.stringContaining(text) });
  });

  test.each([
    [
      "wrangler.jsonc",
      '{\n  "name": "app"\n  "main": 1 }',
      { line: 3, column: 3, text: "Syntax error: comma expected." },
    ],
    ["wrangler.jsonc", "", { line: 1, column: 1, text: expect.stringContaining("empty") }],
    [
      "wrangler.jsonc",
      '{ "name": "a",\n "name": "b" }',
      { line: 2, column: 2, text: expect.stringContaining("given twice") },
    ],
    ["wrangler.jsonc", "\n[]", { line: 2, column: 1, text: "The configuration must be an object, not a list." }],
    ["wrangler.toml", 'name = "app"\nmain = \n', { line: 2, text: expect.stringContaining("Syntax error") }],
  ])("%s with a syntax error says where: %j", async (name, text, fault) => {
    expect(await faultsOf(readProject(projectFolder({ [name]: text })))).toEqual([expect.objectContaining(fault)]);
  });

  test("has to be UTF-8, and says where it is not", async () => {
    const file = Buffer.from('{\n  "name": "caf\u00e9",\n  "main": "x"\n}', "latin1");
    expect(await faultsOf(readProject(projectFolder({ "wrangler.jsonc": file })))).toEqual([
      expect.objectContaining({ line: 2, column: 15, text: expect.stringContaining("not UTF-8") }),
    ]);
  });

  test("may begin with a byte order mark", async () => {
    expect((await readProject(projectFolder({ ...MAIN, "wrangler.jsonc": `\uFEFF${wranglerJson()}` }))).name).toBe(
      "app",
    );
  });
});

describe("what is refused", () => {
  test("is reported all at once, in the order of the file, with places", async () => {
    const folder = projectFolder({
      "wrangler.jsonc": `{
  "nmae": "app",
  "main": "missing.ts",
  "compatibility_date": "yesterday",
  "kv_namespaces": [{ "binding": "KV" }],
  "assets": { "directory": "none", "not_found_handlin": "none" },
  "workflows": [{ "binding": "W", "name": "-", "class_name": "W", "retention": 1 }]
}`,
    });
    const faults = await faultsOf(readProject(folder));
    expect(faults.map(({ line, column, key, text }) => `${line}:${column} ${key}: ${text.split(". ")[0]}`)).toEqual([
      "1:1 name: The Worker has no name",
      "2:3 nmae: Unknown key `nmae`",
      `3:11 main: The entry module ${join(folder, "missing.ts")} does not exist`,
      '4:25 compatibility_date: "yesterday" is not a date',
      "5:3 kv_namespaces: `kv_namespaces`: Pawl does not run KV namespaces yet",
      `6:28 assets.directory: The folder ${join(folder, "none")} does not exist`,
      "6:36 assets.not_found_handlin: Unknown key `not_found_handlin` in `assets`",
      '7:43 workflows[0].name: "-" cannot be the name of a workflow',
      "7:67 workflows[0].retention: Unknown key `retention` in `workflows[0]`",
    ]);
    await expect(readProject(folder)).rejects.toThrow(
      new RegExp(`wrangler.jsonc cannot be used: 9 problems\\.\n\n.*wrangler.jsonc:1:1\n  The Worker has no name`),
    );
  });

  test.each([
    ["compatibilityDate", "compatibility_date"],
    ["kv_namespace", "kv_namespaces"],
    ["durable_object", "durable_objects"],
    ["worklows", "workflows"],
    ["varz", "vars"],
  ])("an unknown key %s brings the suggestion %s", async (key, suggestion) => {
    expect(await onlyFault({ [key]: 1 })).toBe(`Unknown key \`${key}\`. Did you mean \`${suggestion}\`?`);
  });

  test("an unknown key that is near to nothing brings none", async () => {
    expect(await onlyFault({ something_else: 1 })).toBe("Unknown key `something_else`. Remove it.");
  });

  test.each([
    ["ai", { binding: "AI" }, "Workers AI"],
    ["r2_buckets", [{ binding: "B" }], "R2 buckets"],
    ["d1_databases", [{ binding: "B" }], "D1 databases"],
    ["queues", { producers: [{ binding: "Q", queue: "q" }] }, "Queues"],
    ["services", [{ binding: "S", service: "s" }], "service bindings"],
    ["browser", { binding: "B" }, "Browser Rendering"],
    ["containers", [{ class_name: "C" }], "containers"],
    ["triggers", { crons: ["* * * * *"] }, "cron triggers"],
  ])("%s is refused as not built yet, but may be void", async (key, value, text) => {
    expect(await onlyFault({ [key]: value })).toContain(`Pawl does not run ${text} yet.`);
    const empty = Array.isArray(value) ? [] : {};
    expect((await readJson({ [key]: empty })).notes).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    [
      "class in another Worker",
      { durable_objects: { bindings: [{ name: "A", class_name: "A", script_name: "b" }] } },
      "another Worker",
    ],
    [
      "class without storage",
      { durable_objects: BOX.durable_objects },
      '"migrations": [{ "tag": "v1", "new_sqlite_classes": ["Box"] }]',
    ],
    [
      "class missing in the migrations",
      { ...BOX, durable_objects: { bindings: [{ name: "LID", class_name: "Lid" }] } },
      '{ "tag": "v2", "new_sqlite_classes": ["Lid"] }',
    ],
    ["new_classes", { ...BOX, migrations: [{ tag: "v1", new_classes: ["Box"] }] }, "new_sqlite_classes"],
    [
      "renamed_classes",
      { ...BOX, migrations: [...BOX.migrations, { tag: "v2", renamed_classes: [{ from: "A", to: "B" }] }] },
      "rename classes",
    ],
    [
      "deleted_classes",
      { ...BOX, migrations: [...BOX.migrations, { tag: "v2", deleted_classes: ["A"] }] },
      "delete classes",
    ],
    [
      "transferred_classes",
      { migrations: [{ tag: "v2", transferred_classes: [{ from: "A", from_script: "s", to: "B" }] }] },
      "move classes",
    ],
    [
      "tag twice",
      {
        migrations: [
          { tag: "v1", new_sqlite_classes: ["A"] },
          { tag: "v1", new_sqlite_classes: ["B"] },
        ],
      },
      '"v1" is used twice',
    ],
    ["class twice", { migrations: [{ tag: "v1", new_sqlite_classes: ["A", "A"] }] }, "introduced twice"],
    ["no class name", { migrations: [{ tag: "v1", new_sqlite_classes: ["my class"] }] }, "cannot be the name"],
    ["our class name", { migrations: [{ tag: "v1", new_sqlite_classes: ["WorkflowEngine"] }] }, "Pawl's own class"],
    ["binding twice", { ...BOX, vars: { BOX: "x" } }, "`BOX` is already given in line"],
    ["reserved binding", { vars: { PAWL_X: "x" } }, "PAWL_ are Pawl's own"],
    [
      "workflow name twice",
      {
        workflows: [
          { binding: "A", name: "w", class_name: "A" },
          { binding: "B", name: "w", class_name: "B" },
        ],
      },
      'already a workflow "w"',
    ],
    ["long workflow name", { workflows: [{ binding: "A", name: "w".repeat(65), class_name: "A" }] }, "1-64 characters"],
    [
      "workflow in another Worker",
      { workflows: [{ binding: "A", name: "w", class_name: "A", script_name: "b" }] },
      "another Worker",
    ],
    [
      "schedules",
      { workflows: [{ binding: "A", name: "w", class_name: "A", schedules: ["* * * * *"] }] },
      "on a schedule yet",
    ],
    [
      "concurrency",
      { workflows: [{ binding: "A", name: "w", class_name: "A", concurrency: { limit: 1 } }] },
      "how many instances",
    ],
    [
      "default_retention",
      { workflows: [{ binding: "A", name: "w", class_name: "A", default_retention: { success_retention: 1 } }] },
      "finished instances",
    ],
    ["jurisdiction", { workflows: [{ binding: "A", name: "w", class_name: "A", jurisdiction: "eu" }] }, "jurisdiction"],
    [
      "step limit 0",
      { workflows: [{ binding: "A", name: "w", class_name: "A", limits: { steps: 0 } }] },
      "whole number of at least 1",
    ],
    ["wrong type", { vars: ["A"] }, "`vars` must be an object, not a list."],
    [
      "wrong type deep",
      { compatibility_flags: ["a", 1] },
      "`compatibility_flags[1]` must be a string, not the number 1.",
    ],
    [
      "enum",
      { assets: { directory: ".", html_handling: "drop-trailing-slsh" } },
      'Did you mean "drop-trailing-slash"?',
    ],
    ["assets without directory", { assets: { binding: "ASSETS" } }, "vite build"],
    [
      "run_worker_first without slash",
      { assets: { directory: ".", run_worker_first: ["api/*"] } },
      'must begin with "/"',
    ],
    [
      "run_worker_first with exceptions only",
      { assets: { directory: ".", run_worker_first: ["!/api/*"] } },
      "only takes paths away",
    ],
    ["env not importable", { compatibility_flags: ["disallow_importable_env"] }, "workflow bindings"],
    ["Access", { access: { team: "x" } }, "unchecked"],
    ["unknown environment", { env: { staging: {} }, name: undefined }, "no name"],
    ["bad name", { name: "My App" }, "cannot be the name of a Worker"],
    ["no date", { compatibility_date: undefined }, "`compatibility_date`"],
    ["no main", { main: undefined }, "no entry module"],
    ["Python rule", { rules: [{ type: "PythonModule", globs: ["**/*.py"] }] }, "Python"],
    ["rule without globs", { rules: [{ type: "Text" }] }, "`rules[0]` has no `globs`."],
    ["tsconfig that is not there", { tsconfig: "tsconfig.none.json" }, "does not exist"],
  ])("%s", async (_, more, text) => {
    expect(await onlyFault(more)).toContain(text);
  });

  test("in TOML the lines to add are TOML", async () => {
    const folder = projectFolder({
      ...MAIN,
      "wrangler.toml":
        'name = "app"\nmain = "main.ts"\ncompatibility_date = "2026-06-11"\n[durable_objects]\nbindings = [{ name = "BOX", class_name = "Box" }]\n',
    });
    const [fault] = await faultsOf(readProject(folder));
    expect(fault).toMatchObject({
      line: 5,
      text: expect.stringContaining('[[migrations]]\n  tag = "v1"\n  new_sqlite_classes = ["Box"]'),
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

describe("environments", () => {
  const config = {
    vars: { COLOUR: "red" },
    ...BOX,
    kv_namespaces: [{ binding: "KV" }],
    assets: { directory: "." },
    send_metrics: false,
    env: {
      staging: { vars: { COLOUR: "blue" }, compatibility_date: "2026-01-01", durable_objects: BOX.durable_objects },
      own: { name: "own-name", durable_objects: BOX.durable_objects, vars: {} },
      broken: { ai: { binding: "AI" }, send_metrics: true, unknwon: 1 },
    },
  };

  test("inherit what wrangler lets them inherit", async () => {
    const project = await readJson(config, { environment: "staging" });
    expect(project).toMatchObject({
      environment: "staging",
      name: "app-staging",
      compatibilityDate: "2026-01-01",
      vars: { COLOUR: "blue" },
      sqliteClasses: ["Box"],
      durableObjects: [{ binding: "BOX", className: "Box" }],
    });
    expect(project.assets?.directory).toBe(project.root);
  });

  test("may have a name of their own", async () => {
    expect((await readJson(config, { environment: "own" })).name).toBe("own-name");
  });

  test("get no bindings from the top level, and a note says so", async () => {
    const project = await readJson({ ...config, kv_namespaces: [], env: { bare: {} } }, { environment: "bare" });
    expect(project.vars).toEqual({});
    expect(project.durableObjects).toEqual([]);
    expect(project.notes.map(({ key, text }) => `${key} ${text}`)).toEqual([
      'vars is not inherited by environments, so "bare" runs without it',
      'durable_objects is not inherited by environments, so "bare" runs without it',
    ]);
  });

  test("are checked when they are run", async () => {
    const faults = await faultsOf(readJson(config, { environment: "broken" }));
    expect(faults.map(({ key, text }) => `${key}: ${text}`)).toEqual([
      expect.stringContaining("Pawl does not run Workers AI yet"),
      expect.stringContaining("`send_metrics` may stand at the top level only"),
      "env.broken.unknwon: Unknown key `unknwon` in `env.broken`. Remove it.",
    ]);
  });

  test("that do not exist are refused with those that do", async () => {
    const faults = await faultsOf(readJson(config, { environment: "prod" }));
    expect(faults.map(({ text }) => text)).toEqual([
      'There is no environment "prod". Known are: staging, own, broken.',
    ]);
  });
});

describe("secrets", () => {
  const files = {
    ".dev.vars": "A=dev-vars\n",
    ".dev.vars.staging": "A=dev-vars-staging\n",
    ".env": "A=env\nB=env\nURL=http://${B}/\n",
    ".env.local": "B=local\n",
    ".env.staging": "A=env-staging\n",
    ".env.staging.local": "B=staging-local\n",
  };
  type Name = keyof typeof files;

  test.each<[Name[], string | undefined, Record<string, string>]>([
    [[".dev.vars", ".env"], undefined, { A: "dev-vars" }],
    [[".dev.vars", ".dev.vars.staging", ".env"], "staging", { A: "dev-vars-staging" }],
    [[".dev.vars", ".env", ".env.staging"], "staging", { A: "dev-vars" }],
    [[".dev.vars.staging", ".env"], undefined, { A: "env", B: "env", URL: "http://env/" }],
    [[".env", ".env.local"], undefined, { A: "env", B: "local", URL: "http://local/" }],
    [
      [".env", ".env.local", ".env.staging", ".env.staging.local"],
      "staging",
      { A: "env-staging", B: "staging-local", URL: "http://staging-local/" },
    ],
    [[], undefined, {}],
  ])("of %j in environment %s", async (names, environment, expected) => {
    const folder = projectFolder({
      ...MAIN,
      "wrangler.jsonc": wranglerJson({ env: { staging: {} } }),
      ...Object.fromEntries(names.map((name) => [name, files[name]])),
    });
    const project = await readProject(folder, environment === undefined ? {} : { environment });
    expect(project.vars).toEqual(expected);
    expect(project.secretNames).toEqual(Object.keys(expected));
  });

  test("win over vars, and only those that are required are taken when that is said", async () => {
    const folder = projectFolder({
      ...MAIN,
      "wrangler.jsonc": wranglerJson({ vars: { A: "var", B: "var" }, secrets: { required: ["A", "C", "D"] } }),
      ".dev.vars": "A=secret\nB=secret\n",
    });
    const project = await readProject(folder, { processEnv: { C: "from-process", E: "other" } });
    expect(project.vars).toEqual({ A: "secret", B: "var", C: "from-process" });
    expect(project.secretNames).toEqual(["A", "C"]);
    expect(project.notes.map(({ text }) => text)).toEqual([expect.stringContaining("`D` is not set")]);
  });

  test("may not take the name of a binding or one of Pawl's own; values are not in the message", async () => {
    const folder = projectFolder({
      ...MAIN,
      "wrangler.jsonc": wranglerJson(BOX),
      ".dev.vars": "# keys\nexport BOX=hush\nPAWL_KEY = hush\n",
    });
    const faults = await faultsOf(readProject(folder));
    expect(faults.map(({ file, line, column, key }) => [file, line, column, key])).toEqual([
      [join(folder, ".dev.vars"), 2, 8, "BOX"],
      [join(folder, ".dev.vars"), 3, 1, "PAWL_KEY"],
    ]);
    expect(JSON.stringify(faults)).not.toContain("hush");
  });
});
