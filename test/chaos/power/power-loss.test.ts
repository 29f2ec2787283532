import { readdir, truncate } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../support/server.ts";
import { DIST } from "../places.ts";
import { violationText } from "../report/print.ts";
import { losePower } from "./power-loss.ts";

const SEED = Number(process.env["PAWL_SEED"] ?? Math.floor(Math.random() * 1e9));

const options = {
  seed: SEED,
  actors: 40,
  everyMs: [700, 2000] as const,
  lateMs: 30_000,
  cli: join(DIST, "cli", "main.js"),
};

test(
  "everything that was answered is in a copy of the data directory taken while it is being written",
  { timeout: 240_000 },
  async () => {
    console.log(`power loss: seed ${SEED}; PAWL_SEED=${SEED} draws the same again`);
    const revived = await losePower({ ...options, snapshots: 2, folder: await temporaryDirectory("power") });
    expect(revived).toHaveLength(2);
    for (const { record, violations, databases } of revived) {
      expect(violations.slice(0, 3).map((violation) => violationText(violation, record))).toEqual([]);
      expect(databases).toBeGreaterThan(1);
      // It was taken in the middle of things: steps were cut off.
      const open = record.lives.filter(
        ({ effects }) => new Set(effects.map(({ incarnation }) => incarnation)).size > 1,
      );
      expect(open.length).toBeGreaterThan(0);
    }
  },
);

test("a copy that has lost what was written last is found out", { timeout: 240_000 }, async () => {
  const [revived] = await losePower({
    ...options,
    snapshots: 1,
    lateMs: 3000,
    folder: await temporaryDirectory("power"),
    lose: async ({ dataDir }) => {
      const names = await readdir(dataDir, { recursive: true });
      for (const log of names.filter((name) => /Engine.*-wal$/.test(name))) await truncate(join(dataDir, log), 0);
    },
  });
  expect(revived?.violations.map(({ invariant }) => invariant)).toContain("E9");
});
