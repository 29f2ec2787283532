import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { REPOSITORY } from "../support/repository.ts";
import { temporaryDirectory } from "../support/server.ts";

/**
 * This package as a later version of it may be: the same build with further versions of the engine's tables.
 * @param migrations statements of each version after the present one
 * @returns the path of its command line
 */
export async function laterVersion(version: string, migrations: readonly (readonly string[])[]): Promise<string> {
  const root = await temporaryDirectory("later");
  await cp(join(REPOSITORY, "dist"), join(root, "dist"), { recursive: true });
  await symlink(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
  await change(join(root, "package.json"), join(REPOSITORY, "package.json"), (text) =>
    text.replace(/"version": "[^"]*"/, `"version": "${version}"`),
  );
  const schema = join(root, "dist", "engine", "journal", "schema.js");
  await change(schema, schema, (text) => `${text}\nSCHEMA.push(...${JSON.stringify(migrations)});\n`);
  const versions = join(root, "dist", "host", "data", "versions.js");
  await change(versions, versions, (text) =>
    text.replace(/ENGINE_SCHEMA = (\d+)/, (_, known: string) => `ENGINE_SCHEMA = ${Number(known) + migrations.length}`),
  );
  return join(root, "dist", "cli", "main.js");
}

async function change(path: string, from: string, edit: (text: string) => string): Promise<void> {
  const text = await readFile(from, "utf8");
  const changed = edit(text);
  if (changed === text) throw new Error(`${from} is not as this test expects it.`);
  await writeFile(path, changed);
}
