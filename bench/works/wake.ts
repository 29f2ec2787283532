import { call } from "../driver/call.ts";
import { percentile } from "../statistics.ts";
import { repeat, sizeFor, type Work } from "./work.ts";

const SLEEPERS = { full: 10_000, slow: 1000, quick: 20 };
/** Long enough for all to be created, and then to be out of memory for some seconds. */
const LEAD_MS = { full: 20_000, quick: 3000 };
/** A wake is the end of the sleep and the end of the run. */
const ROWS_A_WAKE = 2;

/** Many runs that are due at the same moment. */
export const wake: Work = {
  name: "wake",
  title: "10,000 sleepers due at once",
  needs: ["sleepers", "lateness"],
  metrics: [
    {
      name: "all awake",
      unit: "ms",
      better: "less",
      limit: {
        work: "limit-inserts",
        metric: "inserts",
        inUnit: (inserts) => ((SLEEPERS.full * ROWS_A_WAKE) / inserts) * 1000,
      },
    },
    { name: "lateness p50", unit: "ms", better: "less" },
    { name: "lateness p99", unit: "ms", better: "less" },
  ],
  async measure(context) {
    const { running } = context;
    const runs = Math.min(sizeFor(context, SLEEPERS), context.mostRuns);
    const values = await repeat(context, async (warmUp) => {
      const until = Date.now() + sizeFor(context, LEAD_MS);
      const asked = warmUp ? Math.ceil(runs / 10) : runs;
      await call(running.url, "sleepers", { prefix: context.prefix(), runs: asked, until });
      if (Date.now() > until) throw new Error(`${asked} runs were not asleep before they were due to wake.`);
      const { ms } = await call(running.url, "lateness", {});
      // What was due may count as awake in the millisecond that it fell due in.
      return {
        "all awake": percentile(ms, 1),
        "lateness p50": percentile(ms, 0.5),
        "lateness p99": percentile(ms, 0.99),
      };
    });
    const isLess = runs < SLEEPERS.full && !context.quick;
    return { values, ...(isLess && { note: `${runs} runs` }) };
  },
};
