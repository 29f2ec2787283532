import { AgentClient } from "agents/client";
import { WebSocket } from "ws";
import type { Posted } from "../../fixtures/chaos-app/protocol.ts";
import type { BoardSight } from "../record/record.ts";
import type { Chronicle } from "../record/chronicle.ts";
import type { ChaosServer } from "../server/chaos-server.ts";

interface BoardState {
  readonly runs: readonly {
    readonly id: string;
    readonly status: string;
    readonly totalResults: number;
    readonly results: readonly Posted[];
  }[];
}

/** A client of a board that looks at every state it is sent. */
export class BoardWatcher {
  readonly #client: AgentClient<BoardState>;
  readonly #sights: BoardSight[] = [];
  readonly #last = new Map<string, BoardSight>();

  constructor(server: ChaosServer, chronicle: Chronicle, name: string) {
    chronicle.board(name).clients.push(this.#sights);
    this.#client = new AgentClient<BoardState>({
      host: server.url,
      protocol: "ws",
      agent: "Board",
      name,
      WebSocket,
      minReconnectionDelay: 100,
      maxReconnectionDelay: 400,
      connectionTimeout: 5000,
      onStateUpdate: (state) => this.#look(state),
    });
  }

  #look({ runs }: BoardState): void {
    const at = Date.now();
    for (const { id: run, status, totalResults: total, results } of runs) {
      const last = this.#last.get(run);
      if (last?.status === status && last.total === total) continue;
      const strange = strangeIn(run, results);
      const sight = { run, status, total, at, ...(strange !== undefined && { strange }) };
      this.#last.set(run, sight);
      this.#sights.push(sight);
    }
  }

  close(): void {
    this.#client.close();
  }
}

function strangeIn(view: string, results: readonly Posted[]): string | undefined {
  const seen = new Set<string>();
  for (const { run, at, part } of results) {
    const key = `${at} ${part}`;
    if (run !== view) return `a result of ${run}`;
    if (seen.has(key)) return `part ${part} of the report at ${at} twice`;
    seen.add(key);
  }
  return undefined;
}
