import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectFolder, wranglerJson } from "./project-folder.test-support.ts";
import { BOX, faultsOf, MAIN } from "./read-config.test-support.ts";
import { readProject } from "./read-project.ts";

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
