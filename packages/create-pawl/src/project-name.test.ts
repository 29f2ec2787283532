import { expect, test } from "vitest";
import { projectName } from "./project-name.ts";

test.each([
  ["my-app", "my-app"],
  ["My App", "my-app"],
  ["Übersicht_2", "ubersicht-2"],
  ["..", "my-app"],
  ["--x--", "x"],
  ["a".repeat(100), "a".repeat(54)],
  ["日本", "my-app"],
])("%j: %s", (folder, name) => {
  expect(projectName(folder)).toBe(name);
});
