import { readdir, truncate } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../support/server.ts";
import { DIST } from "../places.ts";
import { violationText } from "../report/print.ts";
import { losePower } from "./power-loss.ts";

const SEED = Number(process.env["PAWL_SEED"] ?? Math.floor(Math.random() * 1e9));

test(
  "what was answered is in a copy of the data taken while it is written; a copy with less is found out",
  {
    timeout: 300_000,
  },
  async () => {
    console.log(`power loss: seed ${SEED}; PAWL_SEED=${SEED} draws the same again`);
    const revived = await losePower({
      seed: SEED,
      actors: 40,
      snapshots: 2,
      everyMs: [900, 2000],
      lateMs: 30_000,
      cli: join(DIST, "cli", "main.js"),
      folder: await temporaryDirectory("power"),
      lose: async ({ dataDir }, index) => {
        if (index === 0) return;
        const names = await readdir(dataDir, { recursive: true });
        for (const log of names.filter((name) => /Engine.*-wal$/.test(name))) await truncate(join(dataDir, log), 0);
      },
    });
    const [whole, damaged] = revived;
    if (whole === undefined || damaged === undefined) throw new Error("There are no copies.");
    expect(whole.violations.slice(0, 3).map((violation) => violationText(violation, whole.record))).toEqual([]);
    expect(whole.databases).toBeGreaterThan(1);
    // It was taken in the middle of things: some callbacks are called by both servers.
    const both = whole.record.lives.filter(({ effects }) => new Set(effects.map((one) => one.incarnation)).size > 1);
    expect(both.length).toBeGreaterThan(0);
    expect(damaged.violations.map(({ invariant }) => invariant)).toContain("E9");
  },
);
