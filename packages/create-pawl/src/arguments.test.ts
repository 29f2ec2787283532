import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";
import { CreateError } from "./create-error.ts";

test("a folder is all that is needed", () => {
  expect(readArguments(["my-app"])).toEqual({
    directory: "my-app",
    template: "starter",
    pawl: undefined,
    install: true,
    help: false,
    version: false,
  });
});

test("everything else can be said", () => {
  const argv = ["--template", "csv-import", "shop", "--pawl=../pawl", "--no-install"];
  expect(readArguments(argv)).toMatchObject({
    directory: "shop",
    template: "csv-import",
    pawl: "../pawl",
    install: false,
  });
});

test.each([
  [["a", "b"], '"b" is one too many'],
  [["a", "--template", "x"], 'no template "x". There are: starter, csv-import'],
  [["a", "--tempalte", "x"], "Unknown option '--tempalte'"],
  [["a", "--pawl"], "argument missing"],
])("%j is refused", (argv, message) => {
  expect(() => readArguments(argv)).toThrow(message);
  expect(() => readArguments(argv)).toThrow(CreateError);
});
