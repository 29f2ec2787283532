import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { REPOSITORY } from "../../support/repository.ts";
import type { Patch } from "./variants.ts";

/**
 * Writes a copy of the built package, which a build meanwhile leaves alone; resolves with its command line. With
 * patches, it is broken: the package itself has no switch for faults.
 * @throws when what is to be replaced is not there exactly once
 */
export async function copyPackage(folder: string, patches: readonly Patch[] = []): Promise<string> {
  const { files } = JSON.parse(await readFile(join(REPOSITORY, "package.json"), "utf8")) as { files: string[] };
  await mkdir(join(folder, "dist"), { recursive: true });
  for (const part of files.filter((name) => name.startsWith("dist/"))) {
    await cp(join(REPOSITORY, part), join(folder, part), { recursive: true });
  }
  await cp(join(REPOSITORY, "package.json"), join(folder, "package.json"));
  await symlink(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
  for (const patch of patches) {
    const file = join(folder, "dist", patch.room ?? "engine", patch.file);
    await writeFile(file, applyPatch(await readFile(file, "utf8"), patch));
  }
  return join(folder, "dist", "cli", "main.js");
}

/** @throws when the text is not there exactly once */
export function applyPatch(text: string, { room = "engine", file, find, replace }: Patch): string {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new Error(
      `dist/${room}/${file} has ${parts.length - 1} times what a broken variant replaces: ${JSON.stringify(find)}. It has changed there: let test/chaos/variants/variants.ts follow.`,
    );
  }
  return parts.join(replace);
}
