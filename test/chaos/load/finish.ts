import { setTimeout as delay } from "node:timers/promises";
import type { LifeRecord } from "../record/record.ts";
import { boardAgrees } from "../check/boards.ts";
import { readFinal, untilEnded } from "./actor.ts";
import { readEnd } from "./board-reader.ts";
import type { HubClient } from "./hub-client.ts";
import type { Stage } from "./stage.ts";

/** How many runs are looked at at a time. */
const AT_ONCE = 80;

/** What nobody has followed: runs created by others, runs that were deleted, agents. */
export async function finish(stage: Stage): Promise<void> {
  const { lives } = stage.chronicle.record;
  await inParallel(lives, async (life) => {
    if (life.final !== undefined || life.parent === undefined) return;
    // One of which nothing was seen may not have been created at all.
    if (life.effects.length > 0 || (await readFinal(stage.client, life)) !== "gone") await untilEnded(stage, life);
  });
  // Of several lives of one id, the API knows the last.
  const last = new Map(lives.map((life) => [life.run, life]));
  await inParallel([...last.values()], async (life) => {
    if (life.final !== undefined) life.atEnd = await stage.client.status(life);
  });
  const ofBoards = lives.filter(({ binding, final }) => binding === "POSTER" && final !== undefined);
  await inParallel(ofBoards, (life) => readEnd(stage, life, (view) => boardAgrees(life, view)));
  for (const [name, clients] of stage.hubs) await finishHub(stage, name, clients);
}

async function finishHub({ chronicle, patienceMs }: Stage, name: string, [first]: readonly HubClient[]): Promise<void> {
  if (first === undefined) return;
  const hub = chronicle.hub(name);
  hub.final = await first.reports();
  const count = hub.final.reported.length;
  const until = Date.now() + patienceMs;
  const isTold = (): boolean => hub.clients.every((states) => (states.at(-1)?.count ?? 0) === count);
  while (!isTold() && Date.now() < until) await delay(50);
}

export async function inParallel(
  items: readonly LifeRecord[],
  work: (item: LifeRecord) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
