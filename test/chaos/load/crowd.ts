import { setTimeout as delay } from "node:timers/promises";
import { Random } from "../plan/random.ts";
import { Actor } from "./actor.ts";
import type { Stage } from "./stage.ts";

/** Keeps so many instance ids busy, one after the other in each place, until it is over; resolves when the last has ended. */
export async function crowd(stage: Stage, actors: number): Promise<void> {
  let ids = 0;
  const act = async (place: number): Promise<void> => {
    // Not all in the same moment.
    await delay(new Random(stage.chronicle.record.seed, `place ${place}`).between(0, 1000));
    while (!stage.isOver) await new Actor(stage, `run-${++ids}`).play();
  };
  await Promise.all(Array.from({ length: actors }, (_, place) => act(place)));
}
