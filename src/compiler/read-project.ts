import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ConfigReader } from "./config-reader.ts";
import type { ConfigNode } from "./config-node.ts";
import { selectSettings, type Settings } from "./environment.ts";
import { ConfigError, type FilePlace, shortPath } from "./errors.ts";
import { findConfig } from "./find-config.ts";
import { parseJsonc } from "./parse-jsonc.ts";
import { parseToml } from "./parse-toml.ts";
import type { Project } from "./project.ts";
import { readAssets } from "./read-assets.ts";
import { readBuild, readBundling } from "./read-bundling.ts";
import { BindingNames, checkStorage, type ClassPlaces, readDurableObjects, readMigrations } from "./read-classes.ts";
import { readConfigText } from "./read-text.ts";
import { readVars } from "./read-vars.ts";
import { readWorkflows } from "./read-workflows.ts";
import { newestCompatibilityDate } from "./runtime.ts";
import { checkSecretNames, readSecrets } from "./secrets.ts";

export interface ReadProjectOptions {
  /** Name of a section of `env`. Default: the top level. */
  readonly environment?: string;
  /** Where `secrets.required` are looked for when no file has them. Default: `process.env`. */
  readonly processEnv?: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads a wrangler project: the configuration file, or a folder that has one (`wrangler.json`, `.jsonc`, `.toml`, in
 * this order), and the secrets beside it.
 *
 * @throws ConfigNotFoundError when there is no configuration.
 * @throws ConfigError with every fault of the file, each with line and column.
 */
export async function readProject(path: string, options: ReadProjectOptions = {}): Promise<Project> {
  const { path: configPath, unread } = await findConfig(path);
  const root = dirname(configPath);
  const isToml = configPath.endsWith(".toml");
  const text = await readConfigText(configPath);
  const node: ConfigNode = isToml ? parseToml(configPath, text) : parseJsonc(configPath, text);

  const reader = new ConfigReader();
  const top = reader.object(node, "");
  const settings = top && selectSettings(top, options.environment, reader);
  if (settings === undefined) throw new ConfigError(reader.faults);

  const start = { file: configPath, line: 1, column: 1 };
  if (unread.length > 0) reader.note(start, "", `is the configuration; ${unread.join(" and ")} beside it is not read`);
  const secrets = await readSecrets(root, options.environment);
  checkSecretNames(secrets, reader);

  const names = new BindingNames(reader);
  const classes: ClassPlaces = new Map();
  const name = readName(settings, reader, configPath);
  const build = readBuild(settings, root, reader);
  const main = await readMain(settings, root, build !== undefined, reader, configPath);
  const compatibilityDate = readCompatibilityDate(settings, reader, configPath);
  const flagPlaces = readFlags(settings, reader);
  const durableObjects = readDurableObjects(settings, name, reader, names, classes);
  const sqliteClasses = readMigrations(settings, reader, classes);
  checkStorage(durableObjects, sqliteClasses, settings, isToml, reader, classes);
  const workflows = readWorkflows(settings, name, reader, names, classes);
  const assets = await readAssets(settings, root, build !== undefined, reader, names);
  const { vars, secretNames } = readVars(settings, secrets, options.processEnv ?? process.env, reader, names);
  const bundling = readBundling(settings, root, reader);

  if (reader.faults.length > 0 || name === undefined || main === undefined || compatibilityDate === undefined) {
    throw new ConfigError(
      reader.faults.toSorted(
        (a, b) =>
          Number(a.file !== start.file) - Number(b.file !== start.file) || a.line - b.line || a.column - b.column,
      ),
    );
  }
  return {
    root,
    configPath,
    ...(settings.environment === undefined ? {} : { environment: settings.environment }),
    name,
    main,
    compatibilityDate,
    compatibilityFlags: [...flagPlaces.keys()],
    durableObjects,
    sqliteClasses,
    workflows,
    vars,
    secretNames,
    ...(assets === undefined ? {} : { assets }),
    ...(build === undefined ? {} : { build }),
    ...(bundling === undefined ? {} : { bundling }),
    sources: [configPath, ...secrets.files],
    notes: reader.notes,
    classPlaces: Object.fromEntries(classes),
    flagPlaces: Object.fromEntries(flagPlaces),
  };
}

/** In an environment without a name of its own, wrangler adds the environment's. */
function readName(settings: Settings, reader: ConfigReader, configPath: string): string | undefined {
  const setting = settings.get("name");
  if (setting === undefined) {
    reader.fault(
      { file: configPath, line: 1, column: 1 },
      "name",
      'The Worker has no name. Add, for example, `name` with the value "my-app".',
    );
    return undefined;
  }
  const value = reader.string(setting.entry.value, setting.path);
  if (value === undefined) return undefined;
  if (!/^[a-z0-9_][a-z0-9-_]*$/.test(value)) {
    reader.fault(
      setting.entry.value.place,
      setting.path,
      `"${value}" cannot be the name of a Worker. Use lower-case letters, digits, dashes and underscores.`,
    );
    return undefined;
  }
  const isOwn = setting.path !== "name";
  return settings.environment === undefined || isOwn ? value : `${value}-${settings.environment}`;
}

async function readMain(
  settings: Settings,
  root: string,
  hasBuildCommand: boolean,
  reader: ConfigReader,
  configPath: string,
): Promise<string | undefined> {
  const setting = settings.get("main");
  if (setting === undefined) {
    reader.fault(
      { file: configPath, line: 1, column: 1 },
      "main",
      'The Worker has no entry module. Add `main`, for example "src/index.ts".',
    );
    return undefined;
  }
  const value = reader.string(setting.entry.value, setting.path);
  if (value === undefined) return undefined;
  const main = resolve(root, value);
  if (hasBuildCommand) return main;
  const found = await stat(main).catch(() => undefined);
  if (found?.isFile() !== true) {
    reader.fault(
      setting.entry.value.place,
      setting.path,
      `The entry module ${shortPath(main)} does not exist. Correct \`${setting.path}\` (it starts at this file's folder).`,
    );
  }
  return main;
}

function readCompatibilityDate(settings: Settings, reader: ConfigReader, configPath: string): string | undefined {
  const newest = newestCompatibilityDate();
  const setting = settings.get("compatibility_date");
  if (setting === undefined) {
    reader.fault(
      { file: configPath, line: 1, column: 1 },
      "compatibility_date",
      `There is no \`compatibility_date\`, which says how the runtime behaves. Add it, for a new project with the value "${newest}".`,
    );
    return undefined;
  }
  const { value: node, place } = setting.entry;
  // TOML has dates of its own, and people write them without quotes.
  const value = node.kind === "date" ? String(node.value).slice(0, 10) : reader.string(node, setting.path);
  if (value === undefined) return undefined;
  if (!isDate(value)) {
    reader.fault(node.place, setting.path, `"${value}" is not a date. Write year, month and day: "${newest}".`);
    return undefined;
  }
  if (value <= newest) return value;
  reader.note(
    place,
    setting.path,
    `is later than the installed workerd knows; ${newest} is used. Update Pawl to get a newer one`,
  );
  return newest;
}

/** The flags, each with the place of its first mention. */
function readFlags(settings: Settings, reader: ConfigReader): ReadonlyMap<string, FilePlace> {
  const places = new Map<string, FilePlace>();
  const setting = settings.get("compatibility_flags");
  const list = setting && reader.array(setting.entry.value, setting.path);
  if (setting === undefined || list === undefined) return places;
  for (const [index, item] of list.items.entries()) {
    const key = `${setting.path}[${index}]`;
    const flag = reader.string(item, key);
    if (flag === "disallow_importable_env") {
      reader.fault(
        item.place,
        key,
        "`disallow_importable_env` cannot be used: workflow bindings are put on the `env` that modules import.",
      );
    }
    if (flag !== undefined && !places.has(flag)) places.set(flag, item.place);
  }
  return places;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
