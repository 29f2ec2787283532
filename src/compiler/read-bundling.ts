import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { ConfigReader } from "./config-reader.ts";
import { BUILD_KEYS, RULE_KEYS } from "./config-keys.ts";
import type { ConfigObject } from "./config-node.ts";
import { entryOf } from "./config-node.ts";
import type { Settings } from "./environment.ts";
import { shortPath } from "./errors.ts";
import type { BuildCommand, BundlingConfig, ModuleRule } from "./project.ts";

const KINDS: Readonly<Record<string, ModuleRule["kind"]>> = { Text: "text", Data: "data", CompiledWasm: "wasm" };
/** JavaScript is bundled whatever its name is, so that these rules have nothing to decide. */
const SCRIPT_KINDS = ["ESModule", "CommonJS"];
const UNSUPPORTED_KINDS = ["PythonModule", "PythonRequirement"];

/** `build`. */
export function readBuild(settings: Settings, root: string, reader: ConfigReader): BuildCommand | undefined {
  const setting = settings.get("build");
  const section = setting === undefined ? undefined : reader.object(setting.entry.value, setting.path);
  if (setting === undefined || section === undefined) return undefined;
  const { path } = setting;
  reader.checkKeys(section, path, BUILD_KEYS);
  const command = entryOf(section, "command");
  const cwd = entryOf(section, "cwd");
  const watch = entryOf(section, "watch_dir");
  const text = command && reader.string(command.value, `${path}.command`);
  const folder = cwd && reader.string(cwd.value, `${path}.cwd`);
  const watched = watch === undefined ? ["./src"] : watchDirs(watch.value, `${path}.watch_dir`, reader);
  if (text === undefined) return undefined;
  return { command: text, cwd: resolve(root, folder ?? "."), watchDirs: watched.map((dir) => resolve(root, dir)) };
}

/** `define`, `alias`, `minify`, `tsconfig`, `jsx_factory`, `jsx_fragment`, `rules`. */
export function readBundling(settings: Settings, root: string, reader: ConfigReader): BundlingConfig | undefined {
  const text = (key: string): string | undefined => {
    const setting = settings.get(key);
    return setting === undefined ? undefined : reader.string(setting.entry.value, setting.path);
  };
  const map = (key: string): Readonly<Record<string, string>> => {
    const setting = settings.get(key);
    return setting === undefined ? {} : reader.stringMap(setting.entry.value, setting.path);
  };
  const minify = settings.get("minify");
  const tsconfig = readTsconfig(settings, root, reader);
  const jsxFactory = text("jsx_factory");
  const jsxFragment = text("jsx_fragment");
  const config: BundlingConfig = {
    define: map("define"),
    alias: map("alias"),
    minify: (minify && reader.boolean(minify.entry.value, minify.path)) ?? false,
    ...(tsconfig === undefined ? {} : { tsconfig }),
    ...(jsxFactory === undefined ? {} : { jsxFactory }),
    ...(jsxFragment === undefined ? {} : { jsxFragment }),
    rules: readRules(settings, reader),
  };
  return isDefault(config) ? undefined : config;
}

function readTsconfig(settings: Settings, root: string, reader: ConfigReader): string | undefined {
  const setting = settings.get("tsconfig");
  const value = setting && reader.string(setting.entry.value, setting.path);
  if (setting === undefined || value === undefined) return undefined;
  const file = resolve(root, value);
  if (!existsSync(file))
    reader.fault(setting.entry.value.place, setting.path, `The file ${shortPath(file)} does not exist.`);
  return file;
}

function readRules(settings: Settings, reader: ConfigReader): ModuleRule[] {
  const setting = settings.get("rules");
  if (setting === undefined) return [];
  return reader
    .objects(setting.entry.value, setting.path)
    .flatMap(({ object, path }) => readRule(object, path, reader) ?? []);
}

function readRule(rule: ConfigObject, path: string, reader: ConfigReader): ModuleRule | undefined {
  reader.checkKeys(rule, path, RULE_KEYS);
  const type = reader.required(rule, path, "type");
  const globs = reader.required(rule, path, "globs");
  const fallthrough = entryOf(rule, "fallthrough");
  const falls = (fallthrough && reader.boolean(fallthrough.value, `${path}.fallthrough`)) ?? false;
  const patterns = globs === undefined ? [] : reader.strings(globs.value, `${path}.globs`);
  const name =
    type && reader.oneOf(type.value, `${path}.type`, [...Object.keys(KINDS), ...SCRIPT_KINDS, ...UNSUPPORTED_KINDS]);
  if (type === undefined || name === undefined) return undefined;
  if (UNSUPPORTED_KINDS.includes(name)) {
    reader.fault(type.value.place, `${path}.type`, "Pawl does not run Python Workers.");
    return undefined;
  }
  const kind = KINDS[name];
  return kind === undefined ? undefined : { kind, globs: patterns, fallthrough: falls };
}

function watchDirs(node: Parameters<ConfigReader["strings"]>[0], key: string, reader: ConfigReader): readonly string[] {
  if (node.kind === "array") return reader.strings(node, key);
  const one = reader.string(node, key);
  return one === undefined ? [] : [one];
}

function isDefault(config: BundlingConfig): boolean {
  return (
    !config.minify &&
    config.rules.length === 0 &&
    Object.keys(config.define).length === 0 &&
    Object.keys(config.alias).length === 0 &&
    config.tsconfig === undefined &&
    config.jsxFactory === undefined &&
    config.jsxFragment === undefined
  );
}
