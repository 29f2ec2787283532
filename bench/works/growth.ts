import { call } from "../driver/call.ts";
import { type Context, type Metric, timed, type Work } from "./work.ts";

/** What all the points of the first curve have in common, so that none is measured by fewer steps than another. */
const STEPS_IN_ALL = 20_000;
const STEPS_PER_RUN = [10, 30, 100, 300, 1000, 3000, 10_000];
const RUNS_STORED = [1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000];
/** Runs that are stored are made so many at a time. */
const AT_A_TIME = 5000;
const PROBE = { runs: 100, steps: 100 };

const count = (at: number): string => at.toLocaleString("en-US");
const point = (name: string, at: number): Metric => ({ name, unit: "µs", better: "less", at });

/** Runs grow longer, their steps together being as many. */
export const growthSteps: Work = {
  name: "growth-steps",
  title: "time per step, with 10 to 10,000 steps in a run",
  needs: ["chains"],
  ownOnly: true,
  metrics: STEPS_PER_RUN.map((at) => point(`${count(at)} steps a run`, at)),
  async measure(context) {
    const values: Record<string, number[]> = {};
    const quickly = context.quick ? 100 : 1;
    for (const at of STEPS_PER_RUN) {
      const steps = Math.ceil(at / quickly);
      const runs = Math.ceil(STEPS_IN_ALL / quickly / steps);
      values[`${count(at)} steps a run`] = await perStep(context, runs, steps);
    }
    return { values };
  },
};

/** The same work, with more and more runs in the books. */
export const growthStored: Work = {
  name: "growth-stored",
  title: "time per step of 100 runs × 100, with 1,000 to 1,000,000 runs stored",
  needs: ["chains"],
  ownOnly: true,
  metrics: RUNS_STORED.map((at) => point(`${count(at)} runs stored`, at)),
  async measure(context) {
    const values: Record<string, readonly number[]> = {};
    let stored = 0;
    for (const at of RUNS_STORED) {
      const wanted = context.quick ? at / 1000 : at;
      for (; stored < wanted; stored += AT_A_TIME) {
        const runs = Math.min(AT_A_TIME, wanted - stored);
        await call(context.running.url, "chains", { prefix: context.prefix(), runs, steps: 1, ioMs: 0 });
      }
      stored = wanted;
      values[`${count(at)} runs stored`] = await perStep(context, PROBE.runs, context.quick ? 1 : PROBE.steps);
    }
    return { values };
  },
};

async function perStep(
  { running, prefix, repetitions, quick }: Context,
  runs: number,
  steps: number,
): Promise<number[]> {
  const once = async (): Promise<number> => {
    const ms = await timed(() => call(running.url, "chains", { prefix: prefix(), runs, steps, ioMs: 0 }));
    return (ms / runs / steps) * 1000;
  };
  if (!quick) await once();
  const found: number[] = [];
  for (let i = 0; i < repetitions; i++) found.push(await once());
  return found;
}
