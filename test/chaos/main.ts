/** `npm run chaos`: see `args.ts` for what it takes. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChaosArgs, HELP, readArgs } from "./args.ts";
import { runCampaign } from "./campaign.ts";
import type { Violation } from "./check/violation.ts";
import { loseWhatIsNotSynced, losePower, type PowerLossOptions, type Revived } from "./power/power-loss.ts";
import type { ChaosRecord } from "./record/record.ts";
import { figuresOf } from "./report/figures.ts";
import { figuresText, violationText } from "./report/print.ts";
import { Progress } from "./report/progress.ts";
import { Killer } from "./load/killer.ts";
import { copyPackage } from "./variants/copy-package.ts";
import { catchVariant } from "./variants/catch-variant.ts";
import { VARIANTS, variantNamed } from "./variants/variants.ts";

const SHOWN_VIOLATIONS = 10;

process.exitCode = await main();

async function main(): Promise<number> {
  let args: ChaosArgs;
  try {
    args = readArgs(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
  if (args.help) {
    console.log(HELP);
    return 0;
  }
  if (args.powerLoss !== undefined) return powerLoss(args.seed, args.powerLoss);
  return args.variants === undefined ? campaign(args) : variants(args, args.variants);
}

async function campaign({ minutes, seed, actors, json, keep }: ChaosArgs): Promise<number> {
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
    minKills: 1,
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

async function report(folder: string, record: ChaosRecord, violations: readonly Violation[]): Promise<void> {
  await writeRecord(folder, record);
  for (const violation of violations.slice(0, SHOWN_VIOLATIONS)) console.log(`\n${violationText(violation, record)}`);
  const left = violations.length - SHOWN_VIOLATIONS;
  if (left > 0) console.log(`\n… and ${left} more`);
  console.log(`\n${violations.length} violations; seed ${record.seed}; record, log and data are in ${folder}`);
}

async function writeRecord(folder: string, record: ChaosRecord): Promise<void> {
  await writeFile(join(folder, "record.json"), JSON.stringify(record));
}

async function powerLoss(seed: number, { copies, strace }: NonNullable<ChaosArgs["powerLoss"]>): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "pawl-power-loss-"));
  console.log(`power loss: seed ${seed}, ${copies} copies, in ${folder}`);
  const cli = await copyPackage(join(folder, "package"));
  let broken = 0;
  const onRevived = async (kind: string, { record, violations, databases }: Revived): Promise<void> => {
    const { runs, effects, steps } = figuresOf(record);
    console.log(
      `  ${kind}: ${databases} databases sound, ${runs} runs, ${steps} steps, ${effects} effects, ${violations.length} violations`,
    );
    if (violations.length === 0) return;
    broken++;
    await report(folder, record, violations);
  };
  const options = { seed, actors: 80, snapshots: copies, everyMs: [500, 2500] as const, lateMs: 20_000, cli };
  await losePower({ ...options, folder: join(folder, "copies"), onRevived: (one) => onRevived("a copy", one) });
  if (strace) {
    await loseWhatIsNotSynced({
      ...options,
      folder: join(folder, "disks"),
      onRevived: (one) => onRevived("a disk", one),
    });
  }
  if (strace && !(await isLieFoundOut({ ...options, snapshots: 2, folder: join(folder, "lies") }))) {
    console.log("MISSED: nothing was found wrong on disks that had not kept what they said");
    return 1;
  }
  if (broken > 0) return 1;
  await rm(folder, { recursive: true, force: true });
  return 0;
}

/** A checker that cannot fail is no checker: disks that have only said that they keep what came last. */
async function isLieFoundOut(options: PowerLossOptions): Promise<boolean> {
  const revived = await loseWhatIsNotSynced({ ...options, lateMs: 3000, lyingMs: 700 });
  const found = revived.flatMap(({ violations }) => violations);
  console.log(`  disks that lie: ${found.length} violations, as it must be`);
  return found.length > 0;
}

async function variants({ seed, json }: ChaosArgs, which: string): Promise<number> {
  const chosen = which === "all" ? VARIANTS : [variantNamed(which)];
  const results = [];
  for (const variant of chosen) {
    const { first, seconds, record } = await catchVariant(variant, seed);
    const caught = first !== undefined;
    console.log(
      `${caught ? "caught" : "MISSED"}  ${variant.name} (${variant.breaks}) in ${seconds} s, ${record.kills.length} kills`,
    );
    if (first !== undefined) console.log(`        ${first.invariant}: ${first.what}`);
    results.push({ name: variant.name, caught, seconds, kills: record.kills.length });
  }
  if (json !== undefined) await writeFile(json, `${JSON.stringify({ seed, variants: results }, undefined, 2)}\n`);
  const missed = results.filter(({ caught }) => !caught);
  if (missed.length > 0) console.log(`\nseed ${seed}: ${missed.map(({ name }) => name).join(", ")} got through`);
  return missed.length === 0 ? 0 : 1;
}
