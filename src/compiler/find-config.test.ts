import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectFolder, wranglerJson } from "./project-folder.test-support.ts";
import { faultsOf, MAIN } from "./read-config.test-support.ts";
import { readProject } from "./read-project.ts";

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
