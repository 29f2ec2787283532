import { expect, test } from "vitest";
import { didYouMean } from "./did-you-mean.ts";

test.each([
  ["strat", "start"],
  ["starts", "start"],
  ["biuld", "build"],
  ["prt", "port"],
  ["logformat", "log-format"],
  ["deploy", undefined],
  ["x", undefined],
])("%s: %s", (word, meant) => {
  expect(didYouMean(word, ["start", "build", "port", "log-format", "p"])).toBe(meant);
});
