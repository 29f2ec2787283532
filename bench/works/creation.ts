import { call } from "../driver/call.ts";
import { type Context, repeat, sizeFor, timed, type Work } from "./work.ts";

const SIZES = {
  full: { single: 2000, batched: 20_000 },
  slow: { single: 500, batched: 1000 },
  quick: { single: 20, batched: 200 },
};
const AT_ONCE = { create: 50, createBatch: 10 };

/** How fast runs are accepted. They have no steps; what they do is not in the time, unless it gets in the way. */
export const creation: Work = {
  name: "creation",
  title: "runs created a second, by 50 calls at a time, or by 10 batches of 100 at a time",
  needs: ["create", "settled"],
  metrics: [
    { name: "create", unit: "1/s", better: "more", limit: { work: "limit-rpc-inserts", metric: "calls" } },
    { name: "createBatch", unit: "1/s", better: "more", limit: { work: "limit-inserts", metric: "inserts" } },
  ],
  async measure(context) {
    const size = sizeFor(context, SIZES);
    const single = Math.min(size.single, context.mostRuns);
    const batched = Math.min(size.batched, context.mostRuns);
    const hasBatches = context.operations.includes("createBatch");
    const values = await repeat(context, async (warmUp) => {
      const part = warmUp ? 0.1 : 1;
      return {
        create: await rate(context, "create", single * part),
        ...(hasBatches && { createBatch: await rate(context, "createBatch", batched * part) }),
      };
    });
    const isLess = batched < SIZES.full.batched && !context.quick;
    return { values, ...(isLess && { note: `${single} runs, ${batched} in batches` }) };
  },
};

async function rate({ running, prefix }: Context, how: "create" | "createBatch", runs: number): Promise<number> {
  const ms = await timed(() => call(running.url, how, { prefix: prefix(), runs, atOnce: AT_ONCE[how] }));
  await call(running.url, "settled", {});
  return (runs / ms) * 1000;
}
