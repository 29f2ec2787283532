import type { ConfigReader } from "./config-reader.ts";
import type { KeyRule } from "./config-keys.ts";
import { TOP_LEVEL_KEYS } from "./config-keys.ts";
import type { ConfigEntry, ConfigObject } from "./config-node.ts";
import { entryOf, isVoid } from "./config-node.ts";

/** The keys that count for one environment, each with the path that names it in messages. */
export interface Settings {
  readonly environment?: string;
  get(key: string): Setting | undefined;
}

interface Setting {
  readonly entry: ConfigEntry;
  readonly path: string;
}

/**
 * Applies wrangler's rule which keys an environment inherits, and refuses keys that do not exist or that Pawl does
 * not run. Other environments than the selected one are left alone: they may be meant for another host.
 *
 * @returns undefined when the environment does not exist (which has then been reported).
 */
export function selectSettings(
  root: ConfigObject,
  environment: string | undefined,
  reader: ConfigReader,
): Settings | undefined {
  if (environment === undefined) {
    checkTopLevel(root, reader, () => true);
    return { get: (key) => settingOf(root, key, "") };
  }
  const section = environmentSection(root, environment, reader);
  if (section === undefined) return undefined;
  const prefix = `env.${environment}.`;
  // A binding at the top level is not part of this environment, so that it need not be one that Pawl can run.
  checkTopLevel(
    root,
    reader,
    (key, rule) => rule.scope === "top" || (rule.scope === "inherited" && entryOf(section, key) === undefined),
  );
  for (const entry of section.entries) {
    const rule = ruleOf(entry.key);
    if (rule === undefined) reader.unknownKey(entry, prefix.slice(0, -1), environmentKeys());
    else if (rule.scope === "top" && rule.use !== "skip") {
      reader.fault(
        entry.place,
        prefix + entry.key,
        `\`${entry.key}\` may stand at the top level only, not in an environment.`,
      );
    } else applyRule(entry, rule, prefix, reader);
  }
  for (const entry of root.entries) {
    const rule = ruleOf(entry.key);
    if (
      rule?.use !== "read" ||
      rule.scope !== "own" ||
      isVoid(entry.value) ||
      entryOf(section, entry.key) !== undefined
    )
      continue;
    reader.note(entry.place, entry.key, `is not inherited by environments, so "${environment}" runs without it`);
  }
  return {
    environment,
    get(key) {
      const own = settingOf(section, key, prefix);
      if (own !== undefined) return own;
      const scope = ruleOf(key)?.scope;
      return scope === "inherited" || scope === "top" ? settingOf(root, key, "") : undefined;
    },
  };
}

function environmentSection(root: ConfigObject, environment: string, reader: ConfigReader): ConfigObject | undefined {
  const environments = entryOf(root, "env");
  const section = environments === undefined ? undefined : reader.object(environments.value, "env");
  const known = section?.entries.map((entry) => entry.key) ?? [];
  const found = section === undefined ? undefined : entryOf(section, environment);
  if (found !== undefined) return reader.object(found.value, `env.${environment}`);
  const generated = entryOf(root, "targetEnvironment");
  // The Vite plugin resolves the environment while it builds and leaves none in what it writes.
  if (generated !== undefined && generated.value.kind === "string" && generated.value.value === environment) {
    return {
      kind: "object",
      place: root.place,
      entries: root.entries.filter((entry) => ruleOf(entry.key)?.scope !== "top"),
    };
  }
  const list = known.length === 0 ? "There are no environments in this file." : `Known are: ${known.join(", ")}.`;
  reader.fault(environments?.place ?? root.place, "env", `There is no environment "${environment}". ${list}`);
  return undefined;
}

function checkTopLevel(
  root: ConfigObject,
  reader: ConfigReader,
  counts: (key: string, rule: KeyRule) => boolean,
): void {
  for (const entry of root.entries) {
    const rule = ruleOf(entry.key);
    if (rule === undefined) reader.unknownKey(entry, "", knownKeys());
    else if (counts(entry.key, rule)) applyRule(entry, rule, "", reader);
  }
}

function applyRule(entry: ConfigEntry, rule: KeyRule, prefix: string, reader: ConfigReader): void {
  if (isVoid(entry.value)) return;
  if (rule.use === "note") reader.note(entry.place, prefix + entry.key, rule.text);
  else if (rule.use === "refuse")
    reader.fault(entry.place, prefix + entry.key, `\`${prefix}${entry.key}\`: ${rule.text}`);
}

function settingOf(object: ConfigObject, key: string, prefix: string): Setting | undefined {
  const entry = entryOf(object, key);
  return entry === undefined ? undefined : { entry, path: prefix + key };
}

function ruleOf(key: string): KeyRule | undefined {
  return Object.hasOwn(TOP_LEVEL_KEYS, key) ? TOP_LEVEL_KEYS[key] : undefined;
}

/** Names worth suggesting: not those that only tools write. */
function knownKeys(): string[] {
  return Object.keys(TOP_LEVEL_KEYS).filter((key) => ruleOf(key)?.use !== "skip" || key === "$schema");
}

function environmentKeys(): string[] {
  return knownKeys().filter((key) => ruleOf(key)?.scope !== "top");
}
