import { AgentClient } from "agents/client";
import { WebSocket } from "ws";
import type { HubState, Plan } from "../../fixtures/chaos-app/protocol.ts";
import type { Chronicle } from "../record/chronicle.ts";
import type { ChaosServer } from "../server/chaos-server.ts";
import type { Answer } from "./client.ts";

const PATIENCE_MS = 30_000;

/** Clients of one agent, on the SDK's own client: they see its state, lose the connection, and come back. */
export class HubClient {
  readonly #client: AgentClient<HubState>;
  readonly #server: ChaosServer;

  constructor(server: ChaosServer, chronicle: Chronicle, name: string) {
    const seen: { count: number; last: number; at: number }[] = [];
    chronicle.hub(name).clients.push(seen);
    this.#server = server;
    this.#client = new AgentClient<HubState>({
      host: server.url,
      protocol: "ws",
      agent: "Hub",
      name,
      WebSocket,
      minReconnectionDelay: 100,
      maxReconnectionDelay: 400,
      connectionTimeout: 5000,
      onStateUpdate: ({ count, last }) => seen.push({ count, last, at: Date.now() }),
    });
  }

  /** Starts a run through the agent. */
  async start(id: string, plan: Plan): Promise<Answer> {
    try {
      await this.#client.call("start", [id, plan]);
      return { value: null };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const { name, message } = error;
      return /^Connection closed|timed out after/.test(message) ? "lost" : { error: { name, message } };
    }
  }

  /** Resolves with what the agent has kept. */
  async reports(): Promise<{ reported: number[]; completed: string[] }> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      await this.#server.opened;
      try {
        return await this.#client.call<{ reported: number[]; completed: string[] }>("reports", []);
      } catch (error) {
        if (Date.now() > until) throw error;
      }
    }
  }

  close(): void {
    this.#client.close();
  }
}
