import { post } from "../driver/call.ts";
import { Sockets } from "../driver/sockets.ts";
import { hearAll } from "../driver/updates.ts";
import { percentile } from "../statistics.ts";
import { AGENT_SIZES } from "../works/agent-sizes.ts";
import { repeat, sizeFor, type Work } from "../works/work.ts";

/** Many objects, some clients each: a call, a row, a message to each client. What a step that reports amounts to. */
export const limitUpdates: Work = {
  name: "limit-updates",
  title: "100 objects, each called 20 times: a row, then a message to each of 5 sockets",
  needs: [],
  metrics: [
    { name: "updates", unit: "1/s", better: "more" },
    { name: "update p50", unit: "ms", better: "less" },
    { name: "update p99", unit: "ms", better: "less" },
  ],
  async measure(context) {
    const { running } = context;
    const { agents, steps, clients } = sizeFor(context, AGENT_SIZES);
    const url = running.url.replace(/^http/, "ws");
    const names = Array.from({ length: agents }, (_, i) => `${url}/object-${i}`);
    const sockets = await Sockets.open(names.flatMap((name) => Array.from({ length: clients }, () => name)));
    try {
      const values = await repeat(context, async () => {
        const { ms, lateness } = await hearAll(sockets, agents * steps * clients, "bare", () =>
          post(`${running.url}/updates`, { objects: agents, updates: steps }),
        );
        return {
          updates: ((agents * steps) / ms) * 1000,
          "update p50": percentile(lateness, 0.5),
          "update p99": percentile(lateness, 0.99),
        };
      });
      return { values };
    } finally {
      await sockets.close();
    }
  },
};
