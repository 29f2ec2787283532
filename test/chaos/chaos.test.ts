import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/server.ts";
import { runCampaign } from "./campaign.ts";
import { Killer } from "./load/killer.ts";
import { DIST } from "./places.ts";
import { BRISK } from "./plan/make-plan.ts";
import { figuresOf } from "./report/figures.ts";
import { figuresText, violationText } from "./report/print.ts";

const SEED = Number(process.env["PAWL_SEED"] ?? Math.floor(Math.random() * 1e9));
const SHOWN = 3;

test("E1–E9: nothing is lost when a server under load is killed again and again", { timeout: 240_000 }, async () => {
  console.log(`chaos: seed ${SEED}; PAWL_SEED=${SEED} draws the same again`);
  const { record, violations } = await runCampaign({
    seed: SEED,
    durationMs: 6000,
    minKills: 4,
    actors: 80,
    style: BRISK,
    trouble: (surroundings) => new Killer(surroundings, [100, 900]),
    lateMs: 30_000,
    cli: join(DIST, "cli", "main.js"),
    folder: await temporaryDirectory("chaos"),
    stopsAt: "anything",
  });
  const figures = figuresOf(record);
  console.log(figuresText(figures));
  expect(violations.slice(0, SHOWN).map((violation) => violationText(violation, record))).toEqual([]);
  // It has been what it says: kills in the middle of work, answers lost, callbacks cut off and repeated.
  expect(figures.kills).toBeGreaterThanOrEqual(4);
  expect(figures.steps).toBeGreaterThan(100);
  expect(figures.repeated.afterKill).toBeGreaterThan(0);
  expect(figures.events.delivered).toBeGreaterThan(0);
  expect(figures.agents.reports).toBeGreaterThan(0);
  expect(figures.boards.results).toBeGreaterThan(0);
});
