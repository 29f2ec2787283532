import type { JsonValue } from "./project.ts";
import type { FilePlace } from "./errors.ts";

/** A value of a configuration file that knows where it stands, whatever the file's syntax was. */
export type ConfigNode = ConfigObject | ConfigArray | ConfigScalar;

export interface ConfigObject {
  readonly kind: "object";
  readonly place: FilePlace;
  readonly entries: readonly ConfigEntry[];
}

export interface ConfigArray {
  readonly kind: "array";
  readonly place: FilePlace;
  readonly items: readonly ConfigNode[];
}

interface ConfigScalar {
  readonly kind: "string" | "number" | "boolean" | "null" | "date";
  readonly place: FilePlace;
  readonly value: string | number | boolean | null;
}

export interface ConfigEntry {
  readonly key: string;
  /** Where the key stands. */
  readonly place: FilePlace;
  readonly value: ConfigNode;
}

/** The last entry of that name, as JSON parsers have it. */
export function entryOf(object: ConfigObject, key: string): ConfigEntry | undefined {
  return object.entries.findLast((entry) => entry.key === key);
}

/** The plain value. A TOML date becomes its ISO text, as it does when it is sent as JSON. */
export function toJson(node: ConfigNode): JsonValue {
  if (node.kind === "object") return Object.fromEntries(node.entries.map((entry) => [entry.key, toJson(entry.value)]));
  return node.kind === "array" ? node.items.map(toJson) : node.value;
}

/** True for what says nothing: `null`, `false`, `""`, and lists and objects of nothing else. Tools write such values for every key. */
export function isVoid(node: ConfigNode): boolean {
  if (node.kind === "object") return node.entries.every((entry) => isVoid(entry.value));
  if (node.kind === "array") return node.items.length === 0;
  return node.value === null || node.value === false || node.value === "";
}

/** Line and column (1-based) of an offset, found by binary search over the line starts. */
export function placeFinder(file: string, text: string): (offset: number) => FilePlace {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
