import { call } from "../driver/call.ts";
import { settledMemory } from "../driver/memory.ts";
import { type Context, sizeFor, sizeNote, type Work } from "./work.ts";

const LIVE = { full: 10_000, slow: 1000, quick: 100 };
const SLEEPING = { full: 100_000, slow: 1000, quick: 100 };
/** Runs are made so many at a time, or the requests for them would be what fills the memory. */
const AT_A_TIME = 1000;
const A_DAY_MS = 86_400_000;

/** Runs in the middle of a step. Once, since memory that was taken is not given back. */
export const memoryLive: Work = {
  name: "memory-live",
  title: "memory of runs that are in the middle of a step",
  needs: ["hold"],
  metrics: [
    { name: "per run", unit: "KB", better: "less", limit: { work: "limit-memory", metric: "waiting function" } },
  ],
  async measure(context) {
    const runs = Math.min(sizeFor(context, LIVE), context.mostLive);
    const bytes = await growth(context, runs, (prefix, count) =>
      call(context.running.url, "hold", { prefix, runs: count }),
    );
    return {
      values: { "per run": [bytes / runs / 1024] },
      ...(runs < LIVE.full && !context.quick && { note: `${runs} runs` }),
    };
  },
};

/** Runs that sleep until tomorrow, beside an idle server. */
export const memorySleeping: Work = {
  name: "memory-sleeping",
  title: "memory of 100,000 runs that sleep",
  needs: ["sleepers"],
  metrics: [
    { name: "all runs", unit: "MB", better: "less" },
    { name: "per run", unit: "KB", better: "less", limit: { work: "limit-memory", metric: "waiting function" } },
  ],
  async measure(context) {
    const runs = sizeFor(context, SLEEPING);
    const until = Date.now() + A_DAY_MS;
    const bytes = await growth(context, runs, (prefix, count) =>
      call(context.running.url, "sleepers", { prefix, runs: count, until }),
    );
    const values = { "all runs": [bytes / 2 ** 20], "per run": [bytes / runs / 1024] };
    return { values, ...sizeNote(context, SLEEPING, (size) => `${size} runs`) };
  },
};

async function growth(
  { running, prefix, quick }: Context,
  runs: number,
  create: (prefix: string, runs: number) => Promise<unknown>,
): Promise<number> {
  const pids = await running.pids();
  const before = await settledMemory(pids, quick);
  for (let made = 0; made < runs; made += AT_A_TIME) await create(prefix(), Math.min(AT_A_TIME, runs - made));
  return (await settledMemory(pids, quick)) - before;
}
