import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { CampaignResult } from "../campaign.ts";
import { crowd } from "../load/crowd.ts";
import { Stage } from "../load/stage.ts";
import { BRISK } from "../plan/make-plan.ts";
import { Random } from "../plan/random.ts";
import { Chronicle } from "../record/chronicle.ts";
import { ChaosServer } from "../server/chaos-server.ts";
import { Witness } from "../server/witness.ts";
import { writeImage } from "./disk-image.ts";
import { DiskTrace } from "./disk-trace.ts";
import { revive } from "./revive.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";

export interface PowerLossOptions {
  readonly seed: number;
  readonly actors: number;
  readonly snapshots: number;
  /** Between two of them, drawn from this range. */
  readonly everyMs: readonly [number, number];
  readonly lateMs: number;
  readonly cli: string;
  readonly folder: string;
  /** What the loss does to a copy. Default: nothing, beyond what the moment has done. */
  readonly lose?: (snapshot: Snapshot, index: number) => Promise<void>;
  readonly onRevived?: (revived: Revived) => Promise<void>;
}

/** What became of one copy. */
export interface Revived extends CampaignResult {
  readonly databases: number;
}

/** Load, copies of the data directory at random moments, and a server started from each of them. */
export async function losePower(options: PowerLossOptions): Promise<Revived[]> {
  return withWitness(options, async (witness) => {
    const snapshots: Snapshot[] = [];
    await underLoad(options, witness, async ({ server, chronicle, moment }) => {
      for (let taken = 0; taken < options.snapshots; taken++) {
        await moment();
        snapshots.push(await takeSnapshot(server, chronicle, join(options.folder, `data-${taken + 1}`)));
      }
    });
    return reviveAll(options, witness, snapshots);
  });
}

export interface SyncLossOptions extends PowerLossOptions {
  /** Calls to bring files to disk in the last so many ms before a loss are taken for lies. For tests of the checker. */
  readonly lyingMs?: number;
}

/**
 * The same, from disks that have kept what they were told to keep and no more: of what was written and not yet brought
 * to disk, the first has nothing, the next any sectors, and so on in turns. Needs strace.
 */
export async function loseWhatIsNotSynced(options: SyncLossOptions): Promise<Revived[]> {
  const { folder, seed, lyingMs } = options;
  return withWitness(options, async (witness) => {
    const moments: { at: number; chronicle: Chronicle }[] = [];
    const { trace, dataDir } = await underLoad(options, witness, async ({ server, chronicle, moment }) => {
      if (server.workerdPid === undefined) throw new Error("There is no server to trace.");
      const trace = await DiskTrace.start(server.workerdPid, server.dataDir, folder);
      for (let taken = 0; taken < options.snapshots; taken++) {
        await moment();
        moments.push({ at: Date.now() / 1000, chronicle: chronicle.fork() });
      }
      return { trace, dataDir: server.dataDir };
    });
    await trace.end();
    const traced = { base: trace.base, dataDir, calls: await trace.calls() };
    const snapshots: Snapshot[] = [];
    for (const [index, { at, chronicle }] of moments.entries()) {
      const to = join(folder, `disk-${index + 1}`);
      await writeImage(traced, to, {
        at,
        survival: index % 2 === 0 ? "nothing" : "anything",
        random: new Random(seed, `loss ${index}`),
        ...(lyingMs !== undefined && { believedUntil: at - lyingMs / 1000 }),
      });
      snapshots.push({ dataDir: to, chronicle });
    }
    return reviveAll(options, witness, snapshots);
  });
}

async function withWitness<T>({ folder }: PowerLossOptions, work: (witness: Witness) => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  const witness = await Witness.start();
  try {
    return await work(witness);
  } finally {
    await witness.stop();
  }
}

async function reviveAll(
  options: PowerLossOptions,
  witness: Witness,
  snapshots: readonly Snapshot[],
): Promise<Revived[]> {
  const { cli, folder, lateMs } = options;
  const revived: Revived[] = [];
  for (const [index, snapshot] of snapshots.entries()) {
    await options.lose?.(snapshot, index);
    const name = `copy-${index + 1}`;
    const one = await revive({ snapshot, witness, name, cli, folder: join(folder, name), lateMs });
    await options.onRevived?.(one);
    revived.push(one);
  }
  return revived;
}

interface Load {
  readonly server: ChaosServer;
  readonly chronicle: Chronicle;
  /** Resolves at the next random moment. */
  readonly moment: () => Promise<void>;
}

/** Does something with a server under load, which is killed after it. */
async function underLoad<T>(options: PowerLossOptions, witness: Witness, work: (load: Load) => Promise<T>): Promise<T> {
  const { seed, actors, cli, folder, lateMs, everyMs } = options;
  const chronicle = Chronicle.begin(seed);
  const url = witness.open("main", chronicle);
  const server = await ChaosServer.prepare({ folder: join(folder, "main"), chronicle, witness: url, cli });
  const random = new Random(seed, "power loss");
  let stage: Stage | undefined;
  try {
    await server.start();
    server.open();
    stage = new Stage({ chronicle, server, style: BRISK, patienceMs: lateMs });
    void crowd(stage, actors);
    return await work({ server, chronicle, moment: () => delay(random.between(...everyMs)) });
  } finally {
    // The original is of no interest any more: its actors wait for a server that does not come back.
    server.kill("group", "after the last copy");
    stage?.close();
    await server.ended;
    await server.end();
  }
}
