import fc from "fast-check";
import { expect, test } from "vitest";
import { findTomlPositions, pathKey } from "./toml-positions.ts";

const TEXT = `# comment with [brackets] = no
name = "app" # = trailing
"quoted key" = 'a # b'
dotted.inner.key = 1
date = 2026-01-01T00:00:00Z
long = """
[not.a.table]
x = "1\\"""" 
literal = '''
y = 2'''
list = [
  "a", # first
  [1, 2], { b = 3 },
]
inline = { one = 1, two = { three = [4] } }

[table]
key = true

  [table.sub]
  key = -1.5e3

[[rows]]
id = 1
[rows.detail]
deep = 1
[[rows]]
id = 2
`;

/** The text that a position points at. */
function at(path: readonly (string | number)[]): string | undefined {
  const offset = findTomlPositions(TEXT).get(pathKey(path));
  return offset === undefined ? undefined : /^[^\n]*/.exec(TEXT.slice(offset))?.[0];
}

test.each<[(string | number)[], string | undefined]>([
  [["name"], 'name = "app" # = trailing'],
  [["quoted key"], "\"quoted key\" = 'a # b'"],
  [["dotted"], "dotted.inner.key = 1"],
  [["dotted", "inner", "key"], "key = 1"],
  [["long"], 'long = """'],
  [["not", "a", "table"], undefined],
  [["literal"], "literal = '''"],
  [["y"], undefined],
  [["list", 0], '"a", # first'],
  [["list", 1], "[1, 2], { b = 3 },"],
  [["list", 1, 1], "2], { b = 3 },"],
  [["list", 2, "b"], "b = 3 },"],
  [["inline", "two", "three", 0], "4] } }"],
  [["table"], "[table]"],
  [["table", "key"], "key = true"],
  [["table", "sub", "key"], "key = -1.5e3"],
  [["rows", 0, "id"], "id = 1"],
  [["rows", 0, "detail", "deep"], "deep = 1"],
  [["rows", 1], "[[rows]]"],
  [["rows", 1, "id"], "id = 2"],
])("%j", (path, expected) => {
  expect(at(path)).toBe(expected);
});

test("a text that is no TOML ends the scan instead of looping or throwing", () => {
  const piece = fc.constantFrom("[", "]", "{", "}", "=", ".", ",", '"', "'", "#", "\n", "\\", " ", "a", "1", '"""');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      for (const offset of findTomlPositions(pieces.join("")).values()) expect(offset).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 1000 },
  );
});
