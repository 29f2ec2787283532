import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type AssetsConfig, type JsonValue, makeFolder, type Project } from "../compiler/index.ts";

/**
 * - `"built"`: the project's own `build.command` is run, then its assets are served;
 * - `"as-is"`: the assets are served that are there, if any;
 * - `"elsewhere"`: somebody else serves the page, and passes on what is for the Worker: it gets every request.
 */
export type PageSource = "built" | "as-is" | "elsewhere";

export interface ProjectChanges {
  readonly vars?: Readonly<Record<string, JsonValue>>;
  readonly page?: PageSource;
}

/**
 * The project as whoever starts it wants it.
 * @param scratch folder for what has to be made up.
 */
export async function adaptProject(given: Project, changes: ProjectChanges, scratch: string): Promise<Project> {
  const { page = "built" } = changes;
  const project = { ...given, vars: { ...given.vars, ...changes.vars } };
  if (page === "built") return project;
  const { build: _, assets, ...rest } = project;
  if (assets === undefined) return rest;
  if (page === "as-is" && (await isFolder(assets.directory))) return { ...rest, assets };
  const directory = join(scratch, "no-assets");
  await makeFolder(directory);
  const none: AssetsConfig = { ...assets, directory };
  return { ...rest, assets: page === "as-is" ? none : { ...none, runWorkerFirst: true, notFoundHandling: "none" } };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
