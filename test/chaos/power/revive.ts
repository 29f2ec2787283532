import { mkdir } from "node:fs/promises";
import type { CampaignResult } from "../campaign.ts";
import { check } from "../check/check.ts";
import type { Violation } from "../check/violation.ts";
import { readFinal, untilEnded } from "../load/actor.ts";
import { untilCreated } from "../load/board-reader.ts";
import { eventsFor, nextEvent } from "../load/event-sender.ts";
import { finish, inParallel } from "../load/finish.ts";
import { Stage } from "../load/stage.ts";
import { BRISK } from "../plan/make-plan.ts";
import { type LifeRecord, wasDone } from "../record/record.ts";
import { ChaosServer } from "../server/chaos-server.ts";
import type { Witness } from "../server/witness.ts";
import { checkIntegrity } from "./integrity.ts";
import type { Snapshot } from "./snapshot.ts";

export interface ReviveOptions {
  readonly snapshot: Snapshot;
  readonly witness: Witness;
  /** Of the snapshot, unique at the witness. */
  readonly name: string;
  readonly cli: string;
  readonly folder: string;
  readonly lateMs: number;
}

/**
 * Starts a server from a snapshot, sees every run to its end, and checks the whole story: what was seen until the
 * snapshot was taken, and what the copy makes of it. Everything that had been answered must be there.
 */
export async function revive(options: ReviveOptions): Promise<CampaignResult & { readonly databases: number }> {
  const { snapshot, witness, name, cli, folder, lateMs } = options;
  const { chronicle, dataDir } = snapshot;
  const { databases, problems } = await checkIntegrity(dataDir);
  for (const problem of problems) chronicle.complain(`the database is damaged: ${problem}`);
  await mkdir(folder, { recursive: true });
  const url = witness.open(name, chronicle);
  const server = await ChaosServer.prepare({ folder, chronicle, witness: url, cli, dataDir });
  let stage: Stage | undefined;
  let isOver = false;
  try {
    await server.start();
    server.open();
    stage = new Stage({ chronicle, server, style: BRISK, patienceMs: lateMs });
    stage.calm();
    const there = stage;
    await inParallel(chronicle.record.lives, (life) => goOn(there, life));
    await finish(stage);
    isOver = true;
  } catch (error) {
    chronicle.complain(error instanceof Error ? error.message : String(error));
  } finally {
    stage?.close();
    await server.end();
  }
  const { record } = chronicle;
  const violations: Violation[] = check(record, { lateMs, isOver });
  return { record, violations, databases };
}

/** Sees one run to its end: nobody else drives it any more. */
async function goOn(stage: Stage, life: LifeRecord): Promise<void> {
  // Its id may have been deleted, or created anew; whether it was is for the API to say.
  if (life.parent !== undefined || isSucceeded(stage, life)) return;
  const isUnsure = life.operations.some(({ tries }) => tries.at(-1)?.outcome === "lost");
  if (life.final !== undefined && !isUnsure) return;
  if (life.binding === "POSTER") await untilCreated(stage, life);
  const status = await readFinal(stage.client, life);
  if (status === "gone" || life.final?.history !== undefined) return;
  delete life.final;
  if (status.status === "paused" || status.status === "waitingForPause") {
    await stage.client.operate(life, { method: "resume" });
  }
  for (const type of eventsFor(life.plan, 0)) {
    const sent = await stage.client.operate(life, { method: "sendEvent", type }, () => {
      const payload = nextEvent();
      return stage.client.attempt(life, "sendEvent", [{ type, payload }], payload);
    });
    if (wasDone(sent) === "no") break;
  }
  await untilEnded(stage, life);
}

function isSucceeded({ chronicle }: Stage, { run, life }: LifeRecord): boolean {
  return chronicle.record.lives.some((other) => other.run === run && other.life > life);
}
