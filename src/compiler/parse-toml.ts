import { parse, TomlDate, TomlError, type TomlValue } from "smol-toml";
import type { ConfigNode } from "./config-node.ts";
import { placeFinder } from "./config-node.ts";
import { MAX_DEPTH, tooDeep } from "./config-depth.ts";
import type { FilePlace } from "./errors.ts";
import { ConfigError } from "./errors.ts";
import { findTomlPositions, pathKey } from "./toml-positions.ts";

/**
 * Parses TOML. The parser gives values only, so the places of keys come from a scan of our own.
 *
 * @throws ConfigError with the line and column of the syntax error.
 */
export function parseToml(file: string, text: string): ConfigNode {
  let root: TomlValue;
  try {
    root = parse(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The message ends with a drawing of the line; the place says the same.
    const reason = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    throw new ConfigError(
      [{ file, line: error.line, column: error.column, key: "", text: `Syntax error: ${reason}.` }],
      { cause: error },
    );
  }
  if (isDeeper(root, MAX_DEPTH)) throw tooDeep(deepPlace(file, text));
  const positions = findTomlPositions(text);
  const placeOf = placeFinder(file, text);
  const convert = (value: TomlValue, path: readonly (string | number)[], outer: FilePlace): ConfigNode => {
    const offset = positions.get(pathKey(path));
    const place = offset === undefined ? outer : placeOf(offset);
    if (value instanceof TomlDate) return { kind: "date", place, value: value.toISOString() };
    if (Array.isArray(value)) {
      return { kind: "array", place, items: value.map((item, index) => convert(item, [...path, index], place)) };
    }
    if (typeof value === "string") return { kind: "string", place, value };
    if (typeof value === "boolean") return { kind: "boolean", place, value };
    if (typeof value === "number" || typeof value === "bigint") return { kind: "number", place, value: Number(value) };
    const entries = Object.entries(value).map(([key, inner]) => {
      const node = convert(inner, [...path, key], place);
      return { key, place: node.place, value: node };
    });
    return { kind: "object", place, entries };
  };
  return convert(root, [], { file, line: 1, column: 1 });
}

/** Tables with dotted names may lie deeper than the parser's own limit, which is for what is written within one line. */
function isDeeper(root: TomlValue, limit: number): boolean {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
  }
  return false;
}

/** The first line with a name of so many parts. */
function deepPlace(file: string, text: string): FilePlace {
  const line = text.split("\n").findIndex((candidate) => candidate.split(".").length > MAX_DEPTH);
  return { file, line: Math.max(0, line) + 1, column: 1 };
}
