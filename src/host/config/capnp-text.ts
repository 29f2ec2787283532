/** A Cap'n Proto value as plain data: strings become Text, objects structs, arrays lists. */
export type CapnpValue = string | number | boolean | Embed | readonly CapnpValue[] | CapnpStruct;
export type CapnpStruct = { readonly [field: string]: CapnpValue | undefined };

/** The contents of a file, read by workerd itself. The path is relative to the configuration file. */
export class Embed {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
}

/** Writes a value in Cap'n Proto's text format. Fields that are `undefined` are left out. */
export function renderCapnp(value: CapnpValue, indent = ""): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof Embed) return `embed ${quote(value.path)}`;
  const inner = `${indent}  `;
  if (isList(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((item) => inner + renderCapnp(item, inner)).join(",\n")}\n${indent}]`;
  }
  const fields = Object.entries(value).flatMap(([name, field]) =>
    field === undefined ? [] : [`${name} = ${renderCapnp(field, inner)}`],
  );
  const oneLine = `(${fields.join(", ")})`;
  if (oneLine.length <= 100 && !oneLine.includes("\n")) return oneLine;
  return `(\n${fields.map((field) => inner + field).join(",\n")}\n${indent})`;
}

function isList(value: readonly CapnpValue[] | CapnpStruct): value is readonly CapnpValue[] {
  return Array.isArray(value);
}

/**
 * A Cap'n Proto string literal. Its lexer knows C's escapes and no `\u`, so text beyond ASCII stays as it is
 * (the file is UTF-8) and only quotes, backslashes and control characters are escaped.
 */
function quote(text: string): string {
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (char === '"' || char === "\\") out += `\\${char}`;
    else if (char === "\n") out += "\\n";
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, "0")}`;
    else out += char;
  }
  return `${out}"`;
}
