import { expect, test } from "vitest";
import { packageManager } from "./install.ts";

test.each([
  ["npm/11.19.1 node/v20.20.2 linux x64 workspaces/false", "npm"],
  ["pnpm/10.1.0 npm/? node/v22.0.0 linux x64", "pnpm"],
  ["yarn/4.0.0 npm/? node/v20.0.0", "yarn"],
  ["bun/1.2.0 npm/? node/v22", "bun"],
  ["something/1.0", "npm"],
  ["", "npm"],
])("%s: %s", (userAgent, manager) => {
  expect(packageManager(userAgent)).toBe(manager);
});
