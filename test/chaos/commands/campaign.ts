import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChaosArgs } from "../args.ts";
import { runCampaign } from "../campaign.ts";
import { Killer } from "../load/killer.ts";
import { figuresOf } from "../report/figures.ts";
import { figuresText } from "../report/print.ts";
import { Progress } from "../report/progress.ts";
import { copyPackage } from "../variants/copy-package.ts";
import { report, writeRecord } from "./report.ts";

const KILLS_A_MINUTE = 10;

/** Load and kills for as long as is wished; resolves with the exit code, as all commands do. */
export async function campaign({ minutes, seed, actors, json, keep }: ChaosArgs): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "pawl-chaos-"));
  console.log(`chaos: seed ${seed}, ${minutes} min, ${actors} instances at a time, in ${folder}`);
  const asked = new AbortController();
  process.once("SIGINT", () => {
    console.log("\nThe load ends; what is under way is seen to its end. Ctrl-C again to give up.");
    asked.abort();
    process.once("SIGINT", () => process.exit(130));
  });
  const progress = new Progress(process.stdout, minutes * 60_000);
  const { record, violations } = await runCampaign({
    seed,
    durationMs: minutes * 60_000,
    // On a slow machine the load goes on until there were as many as a quick one has in that time.
    minKills: Math.ceil(minutes * KILLS_A_MINUTE),
    actors,
    style: { longWaits: { share: 0.08, ms: [11_000, 20_000] } },
    trouble: (surroundings) => new Killer(surroundings, [300, 3500]),
    lateMs: 20_000,
    cli: await copyPackage(join(folder, "package")),
    folder,
    stopsAt: "nothing",
    signal: asked.signal,
    onProgress: (record) => progress.show(record),
  });
  progress.end();
  const figures = figuresOf(record);
  console.log(`\n${figuresText(figures)}`);
  if (json !== undefined)
    await writeFile(json, `${JSON.stringify({ ...figures, violations: violations.length }, undefined, 2)}\n`);
  if (violations.length > 0) {
    await report(folder, record, violations);
    return 1;
  }
  console.log("\nno violation");
  if (keep) await writeRecord(folder, record);
  else await rm(folder, { recursive: true, force: true });
  return 0;
}
