import { post } from "../driver/call.ts";
import { Sockets } from "../driver/sockets.ts";
import { lastHeard } from "../driver/last-heard.ts";
import { intervals, percentile } from "../statistics.ts";
import { repeat, sizeFor, type Work } from "../works/work.ts";

/** A row on disk and a request out, again and again: what a step that sends a request amounts to. */
export const limitVisits: Work = {
  name: "limit-visits",
  title: "a row, then a request that leaves when it is on disk",
  needs: [],
  metrics: [
    { name: "visit p50", unit: "ms", better: "less" },
    { name: "visit p99", unit: "ms", better: "less" },
  ],
  async measure(context) {
    const { running, witness } = context;
    const count = sizeFor(context, { full: 200, quick: 10 });
    const values = await repeat(context, async () => {
      witness.clear();
      await post(`${running.url}/visits`, { count, visit: witness.url });
      const between = intervals(await witness.arrivals(count));
      return { "visit p50": percentile(between, 0.5), "visit p99": percentile(between, 0.99) };
    });
    return { values };
  },
};

/** A request in, a call to an object that inserts a row, a request out: what an event amounts to. */
export const limitEvent: Work = {
  name: "limit-event",
  title: "a request in, a row, a request out",
  needs: [],
  metrics: [
    { name: "event p50", unit: "ms", better: "less" },
    { name: "event p99", unit: "ms", better: "less" },
  ],
  async measure(context) {
    const { running, witness } = context;
    const count = sizeFor(context, { full: 200, quick: 10 });
    const values = await repeat(context, async () => {
      const times: number[] = [];
      for (let i = 0; i < count; i++) {
        witness.clear();
        const started = performance.now();
        await post(`${running.url}/visits`, { count: 1, visit: witness.url });
        const [arrived = NaN] = await witness.arrivals(1);
        times.push(arrived - started);
      }
      return { "event p50": percentile(times, 0.5), "event p99": percentile(times, 0.99) };
    });
    return { values };
  },
};

/** One object, many clients: a row and the same message to each. */
export const limitBroadcast: Work = {
  name: "limit-broadcast",
  title: "a row, then a message to each of 1,000 sockets of one object",
  needs: [],
  metrics: [
    { name: "last client p50", unit: "ms", better: "less" },
    { name: "last client p99", unit: "ms", better: "less" },
  ],
  async measure(context) {
    const { running } = context;
    const clients = sizeFor(context, { full: 1000, quick: 10 });
    const updates = sizeFor(context, { full: 100, quick: 3 });
    const url = `${running.url.replace(/^http/, "ws")}/bare`;
    const sockets = await Sockets.open(Array.from({ length: clients }, () => url));
    try {
      let update = 0;
      const values = await repeat(context, async () => {
        const times: number[] = [];
        for (let i = 0; i < updates; i++) {
          const number = ++update;
          times.push(
            await lastHeard(
              sockets,
              clients,
              (heard) => heard.update === number,
              () => post(`${running.url}/broadcast`, { update: number }),
            ),
          );
        }
        return { "last client p50": percentile(times, 0.5), "last client p99": percentile(times, 0.99) };
      });
      return { values };
    } finally {
      await sockets.close();
    }
  },
};
