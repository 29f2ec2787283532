import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { PawlError, readProject } from "../../src/compiler/index.ts";
import { temporaryDirectory } from "../support/server.ts";
import { type ConfigInput, configInput, HUGE } from "./config-inputs.ts";
import { draws, FUZZ_TIMEOUT_MS } from "./budget.ts";

/** A person reads it. */
const MAX_MESSAGE = 20_000;

let folder: string;
// One for each test: the last draw of a property whose time is up goes on beside the next test.
beforeEach(async () => {
  folder = await temporaryDirectory("fuzz-config");
  await mkdir(join(folder, "public"));
  await mkdir(join(folder, "src"));
  await writeFile(join(folder, "main.ts"), "export default {};");
  await writeFile(join(folder, "tsconfig.json"), "{}");
});

/** Reads it: whatever it is, it is a project, or an error that says where its fault is. */
async function read(inFolder: string, { name, bytes }: ConfigInput, environment?: string): Promise<void> {
  const file = join(inFolder, name);
  await writeFile(file, bytes);
  try {
    await readProject(file, { processEnv: { TOKEN: "t" }, ...(environment !== undefined && { environment }) });
  } catch (error) {
    if (!(error instanceof PawlError)) throw error;
    if (!/wrangler\.(?:jsonc?|toml):\d+:\d+|\.env|\.dev\.vars/.test(error.message)) throw error;
    if (error.message.length > MAX_MESSAGE)
      throw new Error(`A message of ${error.message.length} characters`, { cause: error });
  } finally {
    await rm(file);
  }
}

test("any configuration is read, or refused with file and line", { timeout: FUZZ_TIMEOUT_MS }, async () => {
  const own = folder;
  const property = fc.asyncProperty(
    configInput,
    fc.constantFrom(undefined, "staging", "nowhere"),
    async (input, environment) => read(own, input, environment),
  );
  await expect(fc.assert(property, draws("configurations", 800, 0.8))).resolves.toBeUndefined();
});

test("any secrets are read, or refused with file and line", { timeout: FUZZ_TIMEOUT_MS }, async () => {
  const own = folder;
  const config = {
    name: "wrangler.json",
    bytes: Buffer.from('{"name":"app","main":"main.ts","compatibility_date":"2026-06-11"}'),
  };
  const line = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .tuple(
        fc.constantFrom("A", "__proto__", "constructor", "PAWL_X", "B.c", "export D"),
        fc.constantFrom("=", ": ", " = "),
        fc.oneof(fc.string(), fc.constantFrom('"', "'", "`", "${A}", "${A:-${B}}", "${${A}", "$A$A$A", "\\n", "#")),
      )
      .map((parts) => parts.join("")),
  );
  const property = fc.asyncProperty(
    fc.constantFrom(".env", ".dev.vars", ".env.local"),
    fc.array(line, { maxLength: 20 }),
    async (name, lines) => {
      const file = join(own, name);
      await writeFile(file, lines.join("\n"));
      try {
        await read(own, config);
      } finally {
        await rm(file);
      }
    },
  );
  await expect(fc.assert(property, draws("secrets", 500, 0.2))).resolves.toBeUndefined();
});

describe("a configuration is read or refused that is made of", () => {
  test.each(HUGE)("%s", async (_, input) => {
    await expect(read(folder, input)).resolves.toBeUndefined();
  });
});
