import { copyFile, cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GITIGNORE, TEMPLATES, TEMPLATES_FOLDER } from "./templates.ts";

/**
 * Run before this package is packed: the templates are made from the examples beside it, so that there is one copy of
 * them in the repository, which is tested as what it is.
 */
const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));
const LEFT_OUT: ReadonlySet<string> = new Set(["node_modules", "dist", ".pawl", ".vite", "package-lock.json"]);

await rm(TEMPLATES_FOLDER, { recursive: true, force: true });
for (const name of TEMPLATES) {
  const template = join(TEMPLATES_FOLDER, name);
  await mkdir(template, { recursive: true });
  await cp(join(REPOSITORY, "examples", name), template, {
    recursive: true,
    filter: (path) => isPartOf(basename(path)),
  });
  await rename(join(template, GITIGNORE.inProject), join(template, GITIGNORE.inPackage));
  const readme = join(template, "README.md");
  await writeFile(readme, withoutPictures(await readFile(readme, "utf8")));
}
await copyFile(join(REPOSITORY, "LICENSE"), fileURLToPath(new URL("../LICENSE", import.meta.url)));

/** Neither what is made nor what is secret. */
function isPartOf(name: string): boolean {
  return !LEFT_OUT.has(name) && !name.endsWith(".tsbuildinfo") && !/^\.(?:dev\.vars|env)/.test(name);
}

/** The documentation's pictures are not where a new project is. */
function withoutPictures(markdown: string): string {
  return markdown.replaceAll(/^!\[[^\]]*\]\(\.\.\/[^)]*\)\n+/gm, "");
}
