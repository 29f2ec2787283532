import { expect, test } from "vitest";
import { RecentTexts } from "./recent-texts.ts";

const ERROR = { header: "Error: x", frames: ["    at f (index.js:1:1)", "    at g (index.js:2:2)"] };
const TEXT = "While reading: Error: x\n    at f (index.js:1:1)";

test("an error that the Worker has just logged itself is found, for two seconds", () => {
  let now = 0;
  const texts = new RecentTexts(() => now);
  texts.add(TEXT);
  expect(texts.show(ERROR)).toBe(true);
  now = 2001;
  expect(texts.show(ERROR)).toBe(false);
});

test.each([
  ["another message", { ...ERROR, header: "Error: y" }],
  ["another place", { ...ERROR, frames: ["    at h (index.js:3:3)"] }],
  ["no place at all", { ...ERROR, frames: [] }],
])("%s is another error", (_, error) => {
  const texts = new RecentTexts();
  texts.add(TEXT);
  expect(texts.show(error)).toBe(false);
});

test("only the last texts are remembered", () => {
  const texts = new RecentTexts();
  texts.add(TEXT);
  for (let index = 0; index < 20; index++) texts.add("something else");
  expect(texts.show(ERROR)).toBe(false);
});
