import { parse, TomlDate, TomlError, type TomlValue } from "smol-toml";
import type { ConfigNode } from "./config-node.ts";
import { placeFinder } from "./config-node.ts";
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
    root = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The message ends with a drawing of the line; the place says the same.
    const reason = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    throw new ConfigError(
      [{ file, line: error.line, column: error.column, key: "", text: `Syntax error: ${reason}.` }],
      { cause: error },
    );
  }
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
