import { call } from "../driver/call.ts";
import { lastHeard } from "../driver/last-heard.ts";
import { Sockets } from "../driver/sockets.ts";
import { percentile } from "../statistics.ts";
import { repeat, sizeFor, type Work } from "./work.ts";

const CLIENTS = { full: 1000, quick: 10 };
const UPDATES = { full: 100, quick: 3 };

/** One agent before many clients: from the request that updates its state until the last client has heard of it. */
export const fanOut: Work = {
  name: "fan-out",
  title: "one agent, 1,000 sockets: from an update until the last client has it",
  needs: ["update"],
  metrics: [
    {
      name: "last client p50",
      unit: "ms",
      better: "less",
      limit: { work: "limit-broadcast", metric: "last client p50" },
    },
    {
      name: "last client p99",
      unit: "ms",
      better: "less",
      limit: { work: "limit-broadcast", metric: "last client p99" },
    },
  ],
  async measure(context) {
    const { running } = context;
    const clients = sizeFor(context, CLIENTS);
    const updates = sizeFor(context, UPDATES);
    const url = `${running.url.replace(/^http/, "ws")}/agents/bench-agent/stage`;
    const sockets = await Sockets.open(Array.from({ length: clients }, () => url));
    let update = 0;
    const updateOnce = (): Promise<number> => {
      const number = ++update;
      return lastHeard(
        sockets,
        clients,
        (heard) => heard.update === number,
        () => call(running.url, "update", { agent: "stage", update: number }),
      );
    };
    try {
      const values = await repeat(context, async () => {
        const times: number[] = [];
        for (let i = 0; i < updates; i++) times.push(await updateOnce());
        return { "last client p50": percentile(times, 0.5), "last client p99": percentile(times, 0.99) };
      });
      return { values };
    } finally {
      await sockets.close();
    }
  },
};
