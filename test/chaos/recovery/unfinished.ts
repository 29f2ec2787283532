import type { StepAct } from "../../fixtures/chaos-app/protocol.ts";
import { type CrowdOptions, untilSeen, withCrowd } from "./crowd.ts";

/** Longer than anybody waits here: every run is in the middle of this step when the server dies. */
const STEP: StepAct = {
  act: "do",
  at: 1,
  name: "long",
  count: 1,
  ms: 600_000,
  limit: 0,
  delayMs: 0,
  fails: 0,
  gives: "number",
  undo: false,
};

/** When unfinished runs have gone on after a kill, in milliseconds. */
export interface Recovery {
  readonly runs: number;
  /** How often workerd has died by itself meanwhile, as it does when it has no file descriptors left. */
  readonly deaths: number;
  /** From the start of the command until the server says that it is ready. */
  readonly readyMs: number;
  /** From readiness until the first step of the first, of half, and of the last of them: negative before it. */
  readonly firstMs: number;
  readonly halfMs: number;
  readonly lastMs: number;
}

/** Kills a server in the middle of a step of every run, and starts it again: they all go on, and nobody asks for it. */
export async function recoverUnfinished(options: Omit<CrowdOptions, "acts">, withinMs: number): Promise<Recovery> {
  return withCrowd({ ...options, acts: [STEP] }, async ({ server, chronicle, lives }) => {
    await untilSeen(lives, 1, withinMs);
    server.kill("group", "in the middle of a step of every run");
    await server.ended;
    // The gate stays closed: nobody sends anything.
    await server.start();
    const { boots } = chronicle.record;
    const starts = boots.length;
    const boot = boots.at(-1);
    await untilSeen(lives, 2, withinMs);
    const readyAt = boot?.readyAt ?? Number.NaN;
    const times = lives.map(({ effects }) => (effects[1]?.arrivedAt ?? Number.NaN) - readyAt).toSorted((a, b) => a - b);
    return {
      runs: lives.length,
      deaths: boots.length - starts,
      readyMs: readyAt - (boot?.spawnedAt ?? Number.NaN),
      firstMs: times[0] ?? Number.NaN,
      halfMs: times[times.length >> 1] ?? Number.NaN,
      lastMs: times.at(-1) ?? Number.NaN,
    };
  });
}
