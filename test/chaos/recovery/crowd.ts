import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Plan, StepAct } from "../../fixtures/chaos-app/protocol.ts";
import { Client } from "../load/client.ts";
import { Chronicle } from "../record/chronicle.ts";
import type { LifeRecord } from "../record/record.ts";
import { ChaosServer } from "../server/chaos-server.ts";
import { Witness } from "../server/witness.ts";

/** Cloudflare's limit for one call. */
const BATCH = 100;
const CALLS_AT_ONCE = 8;

/** A server with a crowd of runs that all do the same. */
export interface Crowd {
  readonly server: ChaosServer;
  readonly client: Client;
  readonly chronicle: Chronicle;
  readonly lives: readonly LifeRecord[];
}

export interface CrowdOptions {
  readonly count: number;
  readonly acts: readonly StepAct[];
  readonly cli: string;
  readonly folder: string;
  readonly onProgress?: (created: number) => void;
}

/** Starts a server and creates the runs, a hundred with a call; everything ends when `work` has. */
export async function withCrowd<T>(options: CrowdOptions, work: (crowd: Crowd) => Promise<T>): Promise<T> {
  const { count, acts, cli, folder } = options;
  const chronicle = Chronicle.begin(0);
  const witness = await Witness.start();
  const url = witness.open("main", chronicle);
  const server = await ChaosServer.prepare({ folder: join(folder, "main"), chronicle, witness: url, cli });
  try {
    await server.start();
    server.open();
    const client = new Client(server, chronicle);
    const plan: Plan = { life: 1, hub: "hub-1", acts, throws: false };
    const lives = Array.from({ length: count }, (_, index) =>
      chronicle.addLife({ run: `run-${index}`, life: 1, binding: "ACTS", plan }),
    );
    await create(client, lives, options.onProgress);
    return await work({ server, client, chronicle, lives });
  } finally {
    await server.end();
    await witness.stop();
  }
}

async function create(
  client: Client,
  lives: readonly LifeRecord[],
  onProgress?: (created: number) => void,
): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < lives.length) {
      const batch = lives.slice(next, next + BATCH);
      next += BATCH;
      const made = await client.createBatch(
        "ACTS",
        batch.map(({ run, plan }) => ({ id: run, params: plan })),
      );
      if (made.length !== batch.length)
        throw new Error(`${batch.length - made.length} runs of a batch were not created.`);
      onProgress?.(Math.min(next, lives.length));
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, caller));
}

/** Resolves when each of them has had so many effects. @throws when they do not come */
export async function untilSeen(lives: readonly LifeRecord[], times: number, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  for (let left = lives; ; await delay(50)) {
    left = left.filter(({ effects }) => effects.length < times);
    if (left.length === 0) return;
    if (Date.now() > until) {
      throw new Error(`${left.length} of ${lives.length} runs have not gone on, ${left[0]?.run} among them.`);
    }
  }
}
