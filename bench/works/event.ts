import { call } from "../driver/call.ts";
import { percentile } from "../statistics.ts";
import { repeat, sizeFor, sizeNote, type Work } from "./work.ts";

const EVENTS = { full: 200, slow: 50, quick: 5 };

/** A run that waits: from the request that sends it an event until the request that its next step sends. */
export const event: Work = {
  name: "event",
  title: "from an event until the step after the wait, from outside",
  needs: ["listen", "event"],
  metrics: [
    { name: "p50", unit: "ms", better: "less", limit: { work: "limit-event", metric: "event p50" } },
    { name: "p99", unit: "ms", better: "less", limit: { work: "limit-event", metric: "event p99" } },
  ],
  async measure(context) {
    const { running, witness } = context;
    const events = sizeFor(context, EVENTS);
    const values = await repeat(context, async () => {
      const id = context.prefix();
      await call(running.url, "listen", { id, events, visit: witness.url });
      const times: number[] = [];
      for (let i = 0; i < events; i++) {
        witness.clear();
        const started = performance.now();
        const [arrivals] = await Promise.all([witness.arrivals(1), call(running.url, "event", { id })]);
        times.push((arrivals[0] ?? NaN) - started);
      }
      return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
    });
    return { values, ...sizeNote(context, EVENTS, (size) => `${size} events`) };
  },
};
