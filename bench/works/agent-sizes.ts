import type { Sizes } from "./work.ts";

interface AgentSize {
  readonly agents: number;
  readonly steps: number;
  /** Of each agent. */
  readonly clients: number;
}

/** Agents whose runs report every step, and clients that hear of it. */
export const AGENT_SIZES: Sizes<AgentSize> = {
  full: { agents: 100, steps: 20, clients: 5 },
  slow: { agents: 20, steps: 20, clients: 5 },
  quick: { agents: 3, steps: 3, clients: 2 },
};
