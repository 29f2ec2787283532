import { describe, expect, test } from "vitest";
import { projectFolder, wranglerJson } from "./project-folder.test-support.ts";
import { faultsOf, MAIN, readJson } from "./read-config.test-support.ts";
import { readProject } from "./read-project.ts";

/** The first fault of a file, as `line:column text`. */
async function firstFault(files: Record<string, string>): Promise<string> {
  const [fault] = await faultsOf(readProject(projectFolder({ ...MAIN, ...files })));
  return fault === undefined ? "" : `${fault.line}:${fault.column} ${fault.text}`;
}

describe("a file that only a mistake or malice can have made is refused where it is read", () => {
  test.each([
    ["wrangler.jsonc", `{\n"vars":${"[".repeat(100_000)}`, /^2:\d+ .*more than 100 deep/],
    ["wrangler.json", `${'{"vars":'.repeat(50_000)}1${"}".repeat(50_000)}`, /^1:\d+ .*more than 100 deep/],
    ["wrangler.toml", `name = "app"\n${"a.".repeat(50_000)}a = 1\n`, /^2:1 .*more than 100 deep/],
    ["wrangler.toml", `a = ${"[".repeat(50_000)}${"]".repeat(50_000)}\n`, /^1:\d+ Syntax error/],
    ["wrangler.json", `{"name":"${"x".repeat(2 ** 20)}"}`, /^1:1 The file has 1048587 bytes/],
  ])("%s, %#", async (name, text, fault) => {
    expect(await firstFault({ [name]: text })).toMatch(fault);
  });
});

test("a key that is given thousands of times is looked at once each time", async () => {
  const faults = await faultsOf(
    readProject(projectFolder({ ...MAIN, "wrangler.json": `{${'"name":"a",'.repeat(50_000)}"name":"a"}` })),
  );
  expect(faults).toHaveLength(50_000);
});

test("a value that a message quotes does not fill the screen, and what to do about it is there", async () => {
  await expect(readJson({ compatibility_date: "x".repeat(100_000) })).rejects.toThrow(
    /^.{0,1000}x … x.*is not a date\. Write year, month and day.{0,100}$/s,
  );
});

test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])("a variable may be called %s", async (name) => {
  const files = { ...MAIN, "wrangler.json": wranglerJson(), ".env": `${name}=value\n` };
  const { vars } = await readProject(projectFolder(files));
  expect(Object.entries(vars)).toEqual(name === "__proto__" ? [] : [[name, "value"]]);
});
