import { call } from "../driver/call.ts";
import { intervals, percentile } from "../statistics.ts";
import { repeat, sizeFor, type Work } from "./work.ts";

const SIZES = { full: 200, quick: 10 };

/** One run, step after step: what a single job feels. */
export const oneRun: Work = {
  name: "one-run",
  title: "one run of 200 steps",
  needs: ["chains", "visits"],
  metrics: [
    { name: "steps", unit: "1/s", better: "more", limit: { work: "limit-inserts", metric: "inserts" } },
    { name: "step p50", unit: "ms", better: "less", limit: { work: "limit-visits", metric: "visit p50" } },
    { name: "step p99", unit: "ms", better: "less", limit: { work: "limit-visits", metric: "visit p99" } },
  ],
  async measure(context) {
    const { running, witness } = context;
    const steps = sizeFor(context, SIZES);
    const values = await repeat(context, async () => {
      // Steps without I/O, from the first line of the run until the answer that it is complete: how long a subject takes
      // to begin, some poll for runs, is another matter.
      witness.clear();
      const asked = { prefix: context.prefix(), runs: 1, steps, ioMs: 0, visit: witness.url };
      const [[begun = NaN]] = await Promise.all([witness.arrivals(1), call(running.url, "chains", asked)]);
      const ms = performance.now() - begun;
      // Steps that send a request each: the time between two of them, seen from outside.
      witness.clear();
      await call(running.url, "visits", { id: context.prefix(), steps, visit: witness.url });
      const between = intervals(await witness.arrivals(steps));
      return {
        steps: (steps / ms) * 1000,
        "step p50": percentile(between, 0.5),
        "step p99": percentile(between, 0.99),
      };
    });
    return { values };
  },
};
