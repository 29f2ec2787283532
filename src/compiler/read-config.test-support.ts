import { expect } from "vitest";
import { ConfigError, type ConfigFault } from "./errors.ts";
import { projectFolder, wranglerJson } from "./project-folder.test-support.ts";
import type { Project } from "./project.ts";
import { readProject, type ReadProjectOptions } from "./read-project.ts";

/** An entry module, so that a project has one. */
export const MAIN = { "main.ts": "export default {};" };

/** What a project says that has one Durable Object class. */
export const BOX = {
  durable_objects: { bindings: [{ name: "BOX", class_name: "Box" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Box"] }],
};

export async function readJson(
  more: Readonly<Record<string, unknown>>,
  options?: ReadProjectOptions,
): Promise<Project> {
  return readProject(projectFolder({ ...MAIN, "wrangler.jsonc": wranglerJson(more) }), options);
}

export async function faultsOf(promise: Promise<unknown>): Promise<readonly ConfigFault[]> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof ConfigError)) throw new Error(`Expected a ConfigError, got ${String(error)}`);
  return error.faults;
}

/** The text of the one fault that a configuration has. */
export async function onlyFault(more: Readonly<Record<string, unknown>>): Promise<string> {
  const faults = await faultsOf(readJson(more));
  expect(faults).toHaveLength(1);
  return faults[0]?.text ?? "";
}
