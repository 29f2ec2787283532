import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectFolder } from "./project-folder.test-support.ts";
import { BOX, faultsOf, MAIN, onlyFault, readJson } from "./read-config.test-support.ts";
import { readProject } from "./read-project.ts";

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
      "a schedule that is none",
      { workflows: [{ binding: "A", name: "w", class_name: "A", schedules: ["* * * * *", "* * * * 0"] }] },
      '`workflows[0].schedules[1]` is "* * * * 0", which is not a cron expression: day of the week: 0 is not from 1 to 7.',
    ],
    [
      "a schedule twice",
      { workflows: [{ binding: "A", name: "w", class_name: "A", schedules: ["* * * * *", " * * * * * "] }] },
      '"* * * * *" is there already, in line',
    ],
    [
      "no schedules",
      { workflows: [{ binding: "A", name: "w", class_name: "A", schedules: [] }] },
      "`workflows[0].schedules` is empty",
    ],
    [
      "schedules of another type",
      { workflows: [{ binding: "A", name: "w", class_name: "A", schedules: 5 }] },
      "`workflows[0].schedules` must be a string",
    ],
    [
      "concurrency",
      { workflows: [{ binding: "A", name: "w", class_name: "A", concurrency: { limit: 0.5 } }] },
      "`workflows[0].concurrency.limit` must be a whole number of at least 1",
    ],
    [
      "unknown key of concurrency",
      { workflows: [{ binding: "A", name: "w", class_name: "A", concurrency: { limits: 1 } }] },
      "Did you mean `limit`?",
    ],
    [
      "default_retention",
      { workflows: [{ binding: "A", name: "w", class_name: "A", default_retention: { success_retention: "7" } }] },
      "`workflows[0].default_retention.success_retention` must be a number of milliseconds",
    ],
    [
      "negative default_retention",
      { workflows: [{ binding: "A", name: "w", class_name: "A", default_retention: { error_retention: -1 } }] },
      "`workflows[0].default_retention.error_retention` must be",
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
