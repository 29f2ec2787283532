import { cp, mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CreateError } from "./create-error.ts";
import { GITIGNORE, type Template, TEMPLATES_FOLDER } from "./templates.ts";

/** What a new repository has in it before anything is made. */
const HARMLESS: ReadonlySet<string> = new Set([".git", ".DS_Store"]);

export interface NewProject {
  /** Absolute. */
  readonly folder: string;
  readonly name: string;
  readonly template: Template;
  /** What `package.json` is to say about Pawl. */
  readonly pawl: string;
}

/**
 * Copies a template into a folder, which is made when it is not there.
 * @throws CreateError when there is something in it already, or it cannot be written
 */
export async function writeProject({ folder, name, template, pawl }: NewProject): Promise<void> {
  await refuseFull(folder);
  try {
    await mkdir(folder, { recursive: true });
    await cp(join(TEMPLATES_FOLDER, template), folder, { recursive: true });
    await rename(join(folder, GITIGNORE.inPackage), join(folder, GITIGNORE.inProject));
    await change(join(folder, "package.json"), (text) => withPawl(text, name, pawl));
    // Comments stay as they are.
    await change(join(folder, "wrangler.jsonc"), (text) => text.replace(/"name": "[^"]*"/, `"name": "${name}"`));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CreateError("unusable", `The project cannot be written to ${folder}: ${reason}`, { cause: error });
  }
}

async function refuseFull(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isDirectory())
    throw new CreateError("not_empty", `${folder} is a file. Name a folder that is not there yet.`);
  const first = (await readdir(folder)).find((entry) => !HARMLESS.has(entry));
  if (first === undefined) return;
  throw new CreateError(
    "not_empty",
    `${folder} is not empty (it holds "${first}"). Name a folder that is empty or not there yet; nothing was changed.`,
  );
}

async function change(file: string, make: (text: string) => string): Promise<void> {
  await writeFile(file, make(await readFile(file, "utf8")));
}

function withPawl(text: string, name: string, pawl: string): string {
  const manifest = JSON.parse(text) as Record<"dependencies" | "devDependencies", Record<string, string>>;
  for (const kind of ["dependencies", "devDependencies"] as const) {
    if (manifest[kind]["pawl"] !== undefined) manifest[kind]["pawl"] = pawl;
  }
  return `${JSON.stringify({ ...manifest, name, description: undefined, license: undefined }, undefined, 2)}\n`;
}

/** What `package.json` says for a version, or for a package on this machine. @throws CreateError when it is neither */
export async function pawlSpec(given: string | undefined, ownVersion: string, cwd: string): Promise<string> {
  if (given === undefined) return `^${ownVersion}`;
  const path = resolve(cwd, given);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return `file:${path}`;
  if (found !== undefined) {
    // Linked, it would bring packages of its own beside those of the project: two Reacts, two Agents SDKs.
    throw new CreateError(
      "unusable",
      `--pawl: ${path} is a folder. Run "npm pack" in it and name the package that makes.`,
    );
  }
  if (/[/\\]|\.tgz$/.test(given)) throw new CreateError("unusable", `--pawl: there is nothing at ${path}.`);
  return given;
}
