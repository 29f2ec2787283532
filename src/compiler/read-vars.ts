import type { ConfigReader } from "./config-reader.ts";
import { RESERVED_PREFIX, SECRETS_KEYS } from "./config-keys.ts";
import { entryOf, toJson } from "./config-node.ts";
import type { Settings } from "./environment.ts";
import type { JsonValue } from "./project.ts";
import type { BindingNames } from "./read-classes.ts";
import type { Secrets } from "./secrets.ts";

export interface Vars {
  readonly vars: Readonly<Record<string, JsonValue>>;
  readonly secretNames: readonly string[];
}

/**
 * `vars`, with the secrets on top of them. When the configuration has `secrets.required`, only the names listed
 * there are taken from the files, and what no file has is taken from the environment of this process.
 */
export function readVars(
  settings: Settings,
  secrets: Secrets,
  processEnv: Readonly<Record<string, string | undefined>>,
  reader: ConfigReader,
  names: BindingNames,
): Vars {
  const vars = new Map<string, JsonValue>();
  const setting = settings.get("vars");
  for (const entry of setting === undefined ? [] : (reader.object(setting.entry.value, setting.path)?.entries ?? [])) {
    names.take(entry.key, entry.place, `${setting?.path}.${entry.key}`);
    vars.set(entry.key, toJson(entry.value));
  }
  const found = selectSecrets(settings, secrets, processEnv, reader);
  for (const [name, value] of found) {
    const place = secrets.placeOf(name);
    const taken = names.placeOf(name);
    if (taken !== undefined && !vars.has(name) && place !== undefined) {
      reader.fault(
        place,
        name,
        `The secret \`${name}\` has the name of another binding (line ${taken.line} of the configuration). Rename one of the two.`,
      );
    }
    vars.set(name, value);
  }
  return { vars: Object.fromEntries(vars), secretNames: [...found.keys()] };
}

function selectSecrets(
  settings: Settings,
  secrets: Secrets,
  processEnv: Readonly<Record<string, string | undefined>>,
  reader: ConfigReader,
): Map<string, string> {
  const all = new Map(Object.entries(secrets.values).filter(([name]) => !name.startsWith(RESERVED_PREFIX)));
  const setting = settings.get("secrets");
  const section = setting === undefined ? undefined : reader.object(setting.entry.value, setting.path);
  if (setting === undefined || section === undefined) return all;
  reader.checkKeys(section, setting.path, SECRETS_KEYS);
  const list = entryOf(section, "required");
  if (list === undefined) return all;
  const wanted = new Map<string, string>();
  for (const name of reader.strings(list.value, `${setting.path}.required`)) {
    const value = all.get(name) ?? processEnv[name];
    if (value !== undefined) wanted.set(name, value);
    else
      reader.note(
        list.place,
        `${setting.path}.required`,
        `\`${name}\` is not set; put it into .dev.vars or into the environment of the command`,
      );
  }
  return wanted;
}
