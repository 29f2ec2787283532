import { setTimeout as delay } from "node:timers/promises";
import { call } from "../driver/call.ts";
import { type Context, type Limit, repeat, sizeFor, type Work } from "./work.ts";

const STEPS = { full: { short: 1000, long: 9000 }, quick: { short: 10, long: 30 } };
const REST_MS = 1500;
const ROW: Limit = { work: "limit-reads", metric: "rows", inUnit: (rows) => 1e6 / rows };

/** A run that is out of memory and goes on: its code runs again, and every step's result comes from the journal. */
export const replay: Work = {
  name: "replay",
  title: "a run resumed at step 1,000, and one at step 9,000",
  needs: ["long", "restart"],
  metrics: [
    { name: "at 1,000", unit: "ms", better: "less" },
    { name: "at 9,000", unit: "ms", better: "less" },
    { name: "per step at 1,000", unit: "µs", better: "less", limit: ROW },
    { name: "per step at 9,000", unit: "µs", better: "less", limit: ROW },
  ],
  async measure(context) {
    const steps = sizeFor(context, STEPS);
    const short = await runTo(context, steps.short);
    const long = await runTo(context, steps.long);
    const values = await repeat(context, async () => {
      const shortMs = await resumed(context, short, steps.short);
      const longMs = await resumed(context, long, steps.long);
      return {
        "at 1,000": shortMs,
        "at 9,000": longMs,
        "per step at 1,000": (shortMs / steps.short) * 1000,
        "per step at 9,000": (longMs / steps.long) * 1000,
      };
    });
    return { values };
  },
};

/** A run that has come to this step and waits there. */
async function runTo({ running, witness, prefix }: Context, steps: number): Promise<string> {
  const id = prefix();
  witness.clear();
  await call(running.url, "long", { id, steps, visit: witness.url });
  await witness.arrivals(1);
  return id;
}

/** Milliseconds from the request to go on until the code has come as far as before. */
async function resumed({ running, witness, operations }: Context, id: string, steps: number): Promise<number> {
  const canResume = operations.includes("resume");
  if (canResume) await call(running.url, "pause", { id });
  // A subject that drops runs from memory by itself has the time to do so.
  else await delay(REST_MS);
  witness.clear();
  const started = performance.now();
  const goesOn = canResume
    ? call(running.url, "resume", { id })
    : call(running.url, "restart", { id, step: `step ${steps - 1}` });
  const [arrivals] = await Promise.all([witness.arrivals(1), goesOn]);
  return (arrivals[0] ?? NaN) - started;
}
