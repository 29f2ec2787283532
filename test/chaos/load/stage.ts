import type { PlanStyle } from "../plan/make-plan.ts";
import type { Chronicle } from "../record/chronicle.ts";
import type { Method } from "../record/record.ts";
import type { ChaosServer } from "../server/chaos-server.ts";
import { BoardWatcher } from "./board-watcher.ts";
import { Client } from "./client.ts";
import { HubClient } from "./hub-client.ts";

export interface StageOptions {
  readonly chronicle: Chronicle;
  readonly server: ChaosServer;
  readonly style: PlanStyle;
  /** See `Stage`. */
  readonly patienceMs: number;
  readonly answered?: (method: Method) => void;
}

const HUBS = ["hub-1", "hub-2", "hub-3", "hub-4"];
const CLIENTS_PER_HUB = 2;

/** Clients of one server, and what those who use them share. */
export class Stage {
  readonly chronicle: Chronicle;
  readonly client: Client;
  readonly style: PlanStyle;
  /** How long a run may do nothing at all, beyond its own waits, once nobody kills any more. */
  readonly patienceMs: number;
  readonly hubs: ReadonlyMap<string, readonly HubClient[]>;
  readonly #watchers: readonly BoardWatcher[];
  #calmSince: number | undefined;

  /** The server is up. */
  constructor({ chronicle, server, style, patienceMs, answered }: StageOptions) {
    this.chronicle = chronicle;
    this.client = new Client(server, chronicle, answered);
    this.style = style;
    this.patienceMs = patienceMs;
    const clientsOf = (name: string): HubClient[] =>
      Array.from({ length: CLIENTS_PER_HUB }, () => new HubClient(server, chronicle, name));
    this.hubs = new Map(HUBS.map((name) => [name, clientsOf(name)] as const));
    this.#watchers = HUBS.map((name) => new BoardWatcher(server, chronicle, name));
  }

  /** The client of a hub that starts runs. */
  hubOf(name: string): HubClient {
    const client = this.hubs.get(name)?.[0];
    if (client === undefined) throw new Error(`There is no client of ${name}.`);
    return client;
  }

  /** True when the load is over: what is under way goes on to its end, and nothing new is begun. */
  get isOver(): boolean {
    return this.#calmSince !== undefined;
  }

  /** Since when nobody kills any more; runs get their patience from then on. */
  get calmSince(): number {
    return this.#calmSince ?? Number.POSITIVE_INFINITY;
  }

  calm(): void {
    this.#calmSince ??= Date.now();
  }

  close(): void {
    for (const clients of this.hubs.values()) for (const client of clients) client.close();
    for (const watcher of this.#watchers) watcher.close();
  }
}
