import { expect, test } from "vitest";
import { codeFrame } from "./code-frame.ts";

const SOURCE = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`).join("\n");

test("shows two lines before and after, with a marker below the column", () => {
  expect(codeFrame(SOURCE, 9, 3)).toBe(
    ["   7 | line 7", "   8 | line 8", ">  9 | line 9", "     |   ^", "  10 | line 10", "  11 | line 11"].join("\n"),
  );
});

test("ends where the source ends, and starts where it starts", () => {
  expect(codeFrame("a\nb", 1, 1)).toBe(["> 1 | a", "    | ^", "  2 | b"].join("\n"));
});

test("keeps tabs before the marker", () => {
  expect(codeFrame("\t\tx", 1, 3)).toBe(["> 1 | \t\tx", "    | \t\t^"].join("\n"));
});

test("shows the part of a very long line that is meant", () => {
  const frame = codeFrame(`${"a".repeat(5000)}X${"b".repeat(5000)}`, 1, 5001);
  const [line = "", marker = ""] = frame.split("\n");
  expect(line.length).toBeLessThan(200);
  expect(line[marker.indexOf("^")]).toBe("X");
});
