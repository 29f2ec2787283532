import { expect, test } from "vitest";
import { isWorkerFirst } from "./worker-first.ts";

test.each<[boolean | string[], string, boolean]>([
  [true, "/anything", true],
  [false, "/api/x", false],
  [["/api/*"], "/api/a/b", true],
  [["/api/*"], "/api", false],
  [["/api"], "/api", true],
  [["/api/*"], "/other/api/x", false],
  [["/a.b/*"], "/axb/c", false],
  [["/api/*", "!/api/docs/*"], "/api/docs/x", false],
  [["!/api/docs/*", "/api/*"], "/api/y", true],
  [["/*/live"], "/a/b/live", true],
])("%j takes %s: %s", (rule, path, taken) => {
  expect(isWorkerFirst(rule, path)).toBe(taken);
});
