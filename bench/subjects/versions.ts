import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { REPOSITORY } from "../../test/support/repository.ts";

/** Version of a package, by the folder that holds its package.json, below the root of the repository. */
export async function versionIn(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(REPOSITORY, folder, "package.json"), "utf8")) as { version: string };
  return manifest.version;
}
