import { expect, test } from "vitest";
import { LineSplitter, MAX_LINE_CHARS } from "./lines.ts";

function split(...chunks: Buffer[]): { line: string; cut: boolean }[] {
  const lines: { line: string; cut: boolean }[] = [];
  const splitter = new LineSplitter((line, cut) => lines.push({ line, cut }));
  for (const chunk of chunks) splitter.write(chunk);
  splitter.end();
  return lines;
}

test("chunks need not end where lines or characters do", () => {
  const bytes = Buffer.from("eins\nzwei ü\n\ndrei");
  const lines = split(...Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)));
  expect(lines.map(({ line }) => line)).toEqual(["eins", "zwei ü", "", "drei"]);
});

test("a line that is too long is cut, and the next one is whole again", () => {
  const lines = split(Buffer.alloc(MAX_LINE_CHARS, "x"), Buffer.from("more\nnext\n"));
  expect(lines.map(({ line, cut }) => [line.length, cut])).toEqual([
    [MAX_LINE_CHARS, true],
    [4, false],
  ]);
});
