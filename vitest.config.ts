import { defineConfig } from "vitest/config";

// A condition is waited for as long as a slow, busy machine may need; a test that passes never waits so long.
const PATIENCE = { timeout: 20_000, interval: 20 };

// Unit tests stand beside what they test; what crosses rooms (a real server, a real browser) is in test/.
// Where this is set, what has failed is written there as JSON as well (.ci/run).
const report = process.env["PAWL_TEST_REPORT"];

export default defineConfig({
  test: {
    reporters: ["default", ...(report ? ["json" as const] : [])],
    ...(report && { outputFile: { json: report } }),
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.{ts,tsx}", "{packages/*/src,bench}/**/*.test.ts"],
          testTimeout: 30_000,
          expect: { poll: PATIENCE },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 60_000,
          expect: { poll: PATIENCE },
          hookTimeout: 120_000,
          // Every file starts servers of its own; two cores do not carry more than two at once.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
