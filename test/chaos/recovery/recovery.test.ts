import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../support/server.ts";
import { DIST } from "../places.ts";
import { startWithSleepers } from "./sleepers.ts";
import { recoverUnfinished } from "./unfinished.ts";

const PATIENCE_MS = 120_000;
const cli = join(DIST, "cli", "main.js");

test(
  "E5: a thousand unfinished runs go on after a kill, and none waits for a request",
  { timeout: 400_000 },
  async () => {
    const folder = await temporaryDirectory("unfinished");
    const recovery = await recoverUnfinished({ count: 1000, cli, folder }, PATIENCE_MS);
    expect(recovery.runs).toBe(1000);
  },
);

test("a start does not read the runs that sleep, and wakes one that is due", { timeout: 400_000 }, async () => {
  const folder = await temporaryDirectory("sleepers");
  const start = await startWithSleepers({ count: 10_000, cli, folder }, PATIENCE_MS);
  expect(start.runs).toBe(10_000);
  // Known where the system counts what a process reads; the bundle is part of it.
  expect(start.readBytes ?? 0).toBeLessThan(start.databaseBytes / 2);
});
