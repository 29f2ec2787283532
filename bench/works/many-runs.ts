import { call } from "../driver/call.ts";
import { type Limit, repeat, type Sizes, sizeFor, sizeNote, timed, type Work } from "./work.ts";

interface Size {
  readonly runs: number;
  readonly steps: number;
}

const show = ({ runs, steps }: Size): string => `${runs} × ${steps}`;

/** Many runs at once, from the request that creates them until the answer that all are complete. */
function manyRuns(name: string, title: string, ioMs: number, limit: Limit, sizes: Sizes<Size>): Work {
  return {
    name,
    title,
    needs: ["chains"],
    metrics: [{ name: "steps", unit: "1/s", better: "more", limit }],
    async measure(context) {
      const size = sizeFor(context, sizes);
      const { steps } = size;
      const runs = Math.min(size.runs, context.mostRuns);
      const values = await repeat(context, async (warmUp) => {
        const asked = warmUp ? Math.ceil(runs / 10) : runs;
        const ms = await timed(() =>
          call(context.running.url, "chains", { prefix: context.prefix(), runs: asked, steps, ioMs }),
        );
        return { steps: ((asked * steps) / ms) * 1000 };
      });
      if (runs < size.runs) return { values, note: show({ runs, steps }) };
      return { values, ...sizeNote(context, sizes, show) };
    },
  };
}

const INSERTS = { work: "limit-inserts", metric: "inserts" };
const JOINED = { work: "limit-joined", metric: "inserts" };

export const runs100x100 = manyRuns("100x100", "100 runs × 100 steps", 0, INSERTS, {
  full: { runs: 100, steps: 100 },
  quick: { runs: 5, steps: 10 },
});

export const runs1000x10 = manyRuns("1000x10", "1,000 runs × 10 steps, creation included", 0, INSERTS, {
  full: { runs: 1000, steps: 10 },
  quick: { runs: 20, steps: 3 },
});

export const runs1000x20 = manyRuns("1000x20-io", "1,000 runs × 20 steps of 1 ms of I/O each", 1, JOINED, {
  full: { runs: 1000, steps: 20 },
  slow: { runs: 200, steps: 20 },
  quick: { runs: 20, steps: 3 },
});
