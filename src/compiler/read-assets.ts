import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { ConfigReader } from "./config-reader.ts";
import { ASSETS_KEYS } from "./config-keys.ts";
import type { ConfigObject } from "./config-node.ts";
import { entryOf } from "./config-node.ts";
import type { Settings } from "./environment.ts";
import { shortPath } from "./errors.ts";
import type { AssetsConfig } from "./project.ts";
import type { BindingNames } from "./read-classes.ts";

const NOT_FOUND_HANDLING = ["none", "404-page", "single-page-application"] as const;
const HTML_HANDLING = ["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"] as const;

/** `assets`. With a build command the folder may not be there yet. */
export async function readAssets(
  settings: Settings,
  root: string,
  hasBuildCommand: boolean,
  reader: ConfigReader,
  names: BindingNames,
): Promise<AssetsConfig | undefined> {
  const setting = settings.get("assets");
  const section = setting === undefined ? undefined : reader.object(setting.entry.value, setting.path);
  if (setting === undefined || section === undefined) return undefined;
  const { path } = setting;
  reader.checkKeys(section, path, ASSETS_KEYS);
  const binding = readBinding(section, path, reader, names);
  const notFound = entryOf(section, "not_found_handling");
  const html = entryOf(section, "html_handling");
  const notFoundHandling = notFound && reader.oneOf(notFound.value, `${path}.not_found_handling`, NOT_FOUND_HANDLING);
  const htmlHandling = html && reader.oneOf(html.value, `${path}.html_handling`, HTML_HANDLING);
  const runWorkerFirst = readRunWorkerFirst(section, path, reader);
  const directory = await readDirectory(section, path, root, hasBuildCommand, reader);
  if (directory === undefined) return undefined;
  return {
    directory,
    ...(binding === undefined ? {} : { binding }),
    notFoundHandling: notFoundHandling ?? "none",
    htmlHandling: htmlHandling ?? "auto-trailing-slash",
    runWorkerFirst,
  };
}

/** Undefined unless `path` is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

async function readDirectory(
  section: ConfigObject,
  path: string,
  root: string,
  hasBuildCommand: boolean,
  reader: ConfigReader,
): Promise<string | undefined> {
  const entry = entryOf(section, "directory");
  if (entry === undefined) {
    reader.fault(
      section.place,
      path,
      `\`${path}\` has no \`directory\`. Name the folder with the files. A project that is built with the Cloudflare Vite plugin gets it from the build: run \`vite build\`, then start the \`wrangler.json\` that it leaves in \`dist\`.`,
    );
    return undefined;
  }
  const value = reader.string(entry.value, `${path}.directory`);
  if (value === undefined) return undefined;
  const directory = resolve(root, value);
  if (!hasBuildCommand && !(await isFolder(directory))) {
    reader.fault(
      entry.value.place,
      `${path}.directory`,
      `The folder ${shortPath(directory)} does not exist. Build the front end first, or correct the path (it starts at this file's folder).`,
    );
  }
  return directory;
}

function readBinding(
  section: ConfigObject,
  path: string,
  reader: ConfigReader,
  names: BindingNames,
): string | undefined {
  const entry = entryOf(section, "binding");
  const binding = entry && reader.string(entry.value, `${path}.binding`);
  if (entry !== undefined && binding !== undefined) names.take(binding, entry.value.place, `${path}.binding`);
  return binding;
}

function readRunWorkerFirst(section: ConfigObject, path: string, reader: ConfigReader): boolean | readonly string[] {
  const entry = entryOf(section, "run_worker_first");
  if (entry === undefined) return false;
  const key = `${path}.run_worker_first`;
  const node = entry.value;
  if (node.kind === "boolean") return node.value === true;
  if (node.kind !== "array") {
    reader.fault(node.place, key, `\`${key}\` must be true, false or a list of paths.`);
    return false;
  }
  const patterns = reader.strings(node, key);
  for (const [index, pattern] of patterns.entries()) {
    if (pattern.startsWith("/") || pattern.startsWith("!/")) continue;
    reader.fault(
      node.items[index]?.place ?? node.place,
      `${key}[${index}]`,
      `"${pattern}" must begin with "/" or "!/".`,
    );
  }
  if (patterns.length > 0 && patterns.every((pattern) => pattern.startsWith("!"))) {
    reader.fault(
      node.place,
      key,
      `\`${key}\` only takes paths away. Name at least one path that the Worker sees first.`,
    );
  }
  return patterns;
}
