import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChaosArgs } from "../args.ts";
import { loseWhatIsNotSynced, losePower, type PowerLossOptions, type Revived } from "../power/power-loss.ts";
import { figuresOf } from "../report/figures.ts";
import { copyPackage } from "../variants/copy-package.ts";
import { report } from "./report.ts";

export async function powerLoss({ seed, copies, strace }: ChaosArgs): Promise<number> {
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
