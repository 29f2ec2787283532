import type { SectionKeys } from "./config-keys.ts";
import type { ConfigArray, ConfigEntry, ConfigNode, ConfigObject } from "./config-node.ts";
import { entryOf, isVoid } from "./config-node.ts";
import type { ConfigFault, FilePlace } from "./errors.ts";
import type { ConfigNote } from "./project.ts";
import { nearest } from "./suggest.ts";

/** Collects faults and notes, so that a person sees everything that is wrong with a file at once. */
export class ConfigReader {
  readonly faults: ConfigFault[] = [];
  readonly notes: ConfigNote[] = [];

  fault(place: FilePlace, key: string, text: string): void {
    this.faults.push({ file: place.file, line: place.line, column: place.column, key, text });
  }

  note(place: FilePlace, key: string, text: string): void {
    this.notes.push({ file: place.file, line: place.line, column: place.column, key, text });
  }

  object(node: ConfigNode, key: string): ConfigObject | undefined {
    return node.kind === "object" ? node : this.#mismatch(node, key, "an object");
  }

  array(node: ConfigNode, key: string): ConfigArray | undefined {
    return node.kind === "array" ? node : this.#mismatch(node, key, "a list");
  }

  string(node: ConfigNode, key: string): string | undefined {
    if (node.kind === "string" && typeof node.value === "string") {
      if (node.value.trim() !== "") return node.value;
      this.fault(node.place, key, `\`${key}\` is empty.`);
      return undefined;
    }
    return this.#mismatch(node, key, "a string");
  }

  boolean(node: ConfigNode, key: string): boolean | undefined {
    return node.kind === "boolean" ? node.value === true : this.#mismatch(node, key, "true or false");
  }

  oneOf<T extends string>(node: ConfigNode, key: string, choices: readonly T[]): T | undefined {
    const value = this.string(node, key);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    const meant = nearest(value, choices);
    const list = choices.map((choice) => `"${choice}"`).join(", ");
    this.fault(
      node.place,
      key,
      `\`${key}\` is "${value}", which is none of ${list}.${meant === undefined ? "" : ` Did you mean "${meant}"?`}`,
    );
    return undefined;
  }

  strings(node: ConfigNode, key: string): readonly string[] {
    const values: string[] = [];
    for (const [index, item] of (this.array(node, key)?.items ?? []).entries()) {
      const value = this.string(item, `${key}[${index}]`);
      if (value !== undefined) values.push(value);
    }
    return values;
  }

  stringMap(node: ConfigNode, key: string): Readonly<Record<string, string>> {
    const values: [string, string][] = [];
    for (const entry of this.object(node, key)?.entries ?? []) {
      const value = this.string(entry.value, `${key}.${entry.key}`);
      if (value !== undefined) values.push([entry.key, value]);
    }
    return Object.fromEntries(values);
  }

  /** The value of a key that has to be there. */
  required(object: ConfigObject, path: string, key: string): ConfigEntry | undefined {
    const entry = entryOf(object, key);
    if (entry === undefined) this.fault(object.place, path, `\`${path}\` has no \`${key}\`.`);
    return entry;
  }

  requiredString(object: ConfigObject, path: string, key: string): { value: string; place: FilePlace } | undefined {
    const entry = this.required(object, path, key);
    if (entry === undefined) return undefined;
    const value = this.string(entry.value, `${path}.${key}`);
    return value === undefined ? undefined : { value, place: entry.value.place };
  }

  /** The objects of a list, each with the path that names it in messages. */
  objects(node: ConfigNode, key: string): { object: ConfigObject; path: string }[] {
    return (this.array(node, key)?.items ?? []).flatMap((item, index) => {
      const path = `${key}[${index}]`;
      const object = this.object(item, path);
      return object === undefined ? [] : [{ object, path }];
    });
  }

  /** Refuses what does not belong into a section, with the nearest name that does. */
  checkKeys(object: ConfigObject, path: string, known: SectionKeys): void {
    for (const entry of object.entries) {
      const rule = Object.hasOwn(known, entry.key) ? known[entry.key] : undefined;
      const key = path === "" ? entry.key : `${path}.${entry.key}`;
      if (rule === undefined) this.unknownKey(entry, path, Object.keys(known));
      else if (rule === "read") continue;
      else if ("note" in rule) this.note(entry.place, key, rule.note);
      else if (!isVoid(entry.value)) this.fault(entry.place, key, `\`${key}\`: ${rule.refuse}`);
    }
  }

  unknownKey(entry: ConfigEntry, path: string, known: Iterable<string>): void {
    const meant = nearest(entry.key, known);
    const where = path === "" ? "" : ` in \`${path}\``;
    const advice = meant === undefined ? "Remove it." : `Did you mean \`${meant}\`?`;
    this.fault(
      entry.place,
      path === "" ? entry.key : `${path}.${entry.key}`,
      `Unknown key \`${entry.key}\`${where}. ${advice}`,
    );
  }

  #mismatch(node: ConfigNode, key: string, wanted: string): undefined {
    const name = key === "" ? "The configuration" : `\`${key}\``;
    this.fault(node.place, key, `${name} must be ${wanted}, not ${describe(node)}.`);
    return undefined;
  }
}

function describe(node: ConfigNode): string {
  if (node.kind === "object") return "an object";
  if (node.kind === "array") return "a list";
  if (node.kind === "null") return "null";
  return `the ${node.kind} ${JSON.stringify(node.value)}`;
}
