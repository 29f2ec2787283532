import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import type { ConfigEntry, ConfigNode } from "./config-node.ts";
import { MAX_DEPTH, tooDeep } from "./config-depth.ts";
import { placeFinder } from "./config-node.ts";
import type { ConfigFault, FilePlace } from "./errors.ts";
import { ConfigError } from "./errors.ts";

/**
 * Parses JSON with comments and trailing commas.
 *
 * @throws ConfigError with one fault per syntax error.
 */
export function parseJsonc(file: string, text: string): ConfigNode {
  if (text.trim() === "") {
    const advice = "The file is empty. A project needs at least `name`, `main` and `compatibility_date`.";
    throw new ConfigError([{ file, line: 1, column: 1, key: "", text: advice }]);
  }
  const placeOf = placeFinder(file, text);
  refuseDepth(text, placeOf);
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  if (errors.length > 0 || tree === undefined) {
    throw new ConfigError(
      errors.map((error) => ({
        ...placeOf(error.offset),
        key: "",
        text: syntaxText(printParseErrorCode(error.error)),
      })),
    );
  }
  const faults: ConfigFault[] = [];
  const node = convert(tree, placeOf, faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return node;
}

/** The parser calls itself for each level, so what is too deep must be found before. */
function refuseDepth(text: string, placeOf: (offset: number) => FilePlace): void {
  const scanner = createScanner(text, true);
  let depth = 0;
  // Only the end of the file is a token without length.
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const offset = scanner.getTokenOffset();
    const first = text[offset];
    if (first === "{" || first === "[") depth++;
    else if (first === "}" || first === "]") depth--;
    if (depth > MAX_DEPTH) throw tooDeep(placeOf(offset));
  }
}

function convert(node: Node, placeOf: (offset: number) => FilePlace, faults: ConfigFault[]): ConfigNode {
  const place = placeOf(node.offset);
  if (node.type === "object") return { kind: "object", place, entries: convertEntries(node, placeOf, faults) };
  if (node.type === "array") {
    return { kind: "array", place, items: (node.children ?? []).map((child) => convert(child, placeOf, faults)) };
  }
  const value: unknown = node.value;
  if (typeof value === "string") return { kind: "string", place, value };
  if (typeof value === "number") return { kind: "number", place, value };
  if (typeof value === "boolean") return { kind: "boolean", place, value };
  return { kind: "null", place, value: null };
}

function convertEntries(node: Node, placeOf: (offset: number) => FilePlace, faults: ConfigFault[]): ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  const known = new Map<string, ConfigEntry>();
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined) continue;
    const name = String(key.value);
    const place = placeOf(key.offset);
    const earlier = known.get(name);
    if (earlier !== undefined) {
      const text = `"${name}" is given twice in this object; the first is in line ${earlier.place.line}. Keep one.`;
      faults.push({ ...place, key: name, text });
    }
    const entry = { key: name, place, value: convert(value, placeOf, faults) };
    if (earlier === undefined) known.set(name, entry);
    entries.push(entry);
  }
  return entries;
}

/** `CommaExpected` → `Syntax error: comma expected.` */
function syntaxText(code: string): string {
  return `Syntax error: ${code.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase()}.`;
}
