import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChaosArgs } from "../args.ts";
import { startWithSleepers } from "../recovery/sleepers.ts";
import { recoverUnfinished } from "../recovery/unfinished.ts";
import { copyPackage } from "../variants/copy-package.ts";

const PATIENCE_MS = 10 * 60_000;
const MIB = 2 ** 20;

/** How fast a server with much to do goes on after a kill, and what it costs it to start when everybody sleeps. */
export async function recovery({ unfinished, sleepers, json }: ChaosArgs): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "pawl-recovery-"));
  const cli = await copyPackage(join(folder, "package"));
  let shown = 0;
  const onProgress = (created: number): void => {
    if (created < shown + 50_000) return;
    shown = created;
    console.log(`  ${created} created`);
  };

  console.log(`recovery: ${unfinished} runs, each in the middle of a step when the server is killed`);
  const options = { cli, onProgress };
  const gone = await recoverUnfinished(
    { ...options, count: unfinished, folder: join(folder, "unfinished") },
    PATIENCE_MS,
  );
  console.log(
    `  up after ${gone.readyMs} ms; steps go on, without any request, from ${gone.firstMs} ms after that (half of them ${gone.halfMs} ms, the last ${gone.lastMs} ms)`,
  );
  if (gone.deaths > 0) {
    console.log(
      `  workerd died ${gone.deaths} times meanwhile, and all runs went on nevertheless. Each of them calls out at the same time, which takes two file descriptors: try with a higher limit (ulimit -Hn), or fewer of them (--unfinished)`,
    );
  }

  console.log(`start-up: ${sleepers} sleeping runs`);
  const asleep = await startWithSleepers(
    { ...options, count: sleepers, folder: join(folder, "sleepers") },
    PATIENCE_MS,
  );
  const read = asleep.readBytes === undefined ? "unknown" : `${(asleep.readBytes / MIB).toFixed(1)} MiB`;
  console.log(
    `  up after ${asleep.readyMs} ms; read ${read}, with ${(asleep.databaseBytes / MIB).toFixed(1)} MiB in the databases; ${(asleep.residentBytes / MIB).toFixed(0)} MiB in memory`,
  );
  if (json !== undefined)
    await writeFile(json, `${JSON.stringify({ unfinished: gone, sleepers: asleep }, undefined, 2)}\n`);
  await rm(folder, { recursive: true, force: true });
  return 0;
}
