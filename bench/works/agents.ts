import { call } from "../driver/call.ts";
import { Sockets } from "../driver/sockets.ts";
import { hearAll } from "../driver/updates.ts";
import { percentile } from "../statistics.ts";
import { AGENT_SIZES } from "./agent-sizes.ts";
import { repeat, sizeFor, sizeNote, type Work } from "./work.ts";

/** Agents with clients, each with a run whose every step updates the agent's state. */
export const agents: Work = {
  name: "agents",
  title: "100 agents, each with a run of 20 steps that each update its state before 5 WebSocket clients",
  needs: ["agents"],
  metrics: [
    { name: "steps", unit: "1/s", better: "more", limit: { work: "limit-updates", metric: "updates" } },
    { name: "update p50", unit: "ms", better: "less", limit: { work: "limit-updates", metric: "update p50" } },
    { name: "update p99", unit: "ms", better: "less", limit: { work: "limit-updates", metric: "update p99" } },
  ],
  async measure(context) {
    const { running } = context;
    const size = sizeFor(context, AGENT_SIZES);
    const { steps, clients } = size;
    const names = Array.from({ length: size.agents }, (_, i) => `agent-${i}`);
    const url = running.url.replace(/^http/, "ws");
    const sockets = await Sockets.open(
      names.flatMap((name) => Array.from({ length: clients }, () => `${url}/agents/bench-agent/${name}`)),
    );
    try {
      const values = await repeat(context, async () => {
        const prefix = context.prefix();
        const { ms, lateness } = await hearAll(sockets, names.length * steps * clients, prefix, () =>
          call(running.url, "agents", { prefix, agents: names, steps }),
        );
        return {
          steps: ((names.length * steps) / ms) * 1000,
          "update p50": percentile(lateness, 0.5),
          "update p99": percentile(lateness, 0.99),
        };
      });
      return { values, ...sizeNote(context, AGENT_SIZES, (slow) => `${slow.agents} agents`) };
    } finally {
      await sockets.close();
    }
  },
};
