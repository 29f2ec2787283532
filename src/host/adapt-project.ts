import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type JsonValue, makeFolder, type Project } from "../compiler/index.ts";

export interface ProjectChanges {
  readonly vars?: Readonly<Record<string, JsonValue>>;
  readonly buildCommand?: boolean;
}

/**
 * The project as whoever starts it wants it.
 * @param scratch folder for what has to be made up.
 */
export async function adaptProject(project: Project, changes: ProjectChanges, scratch: string): Promise<Project> {
  const vars = { ...project.vars, ...changes.vars };
  if (changes.buildCommand !== false) return { ...project, vars };
  const { build: _, assets, ...rest } = project;
  if (assets === undefined) return { ...rest, vars };
  const isBuilt = await stat(assets.directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isBuilt) return { ...rest, vars, assets };
  const directory = join(scratch, "no-assets");
  await makeFolder(directory);
  return { ...rest, vars, assets: { ...assets, directory } };
}
