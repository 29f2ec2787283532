/**
 * What a subject of the benchmark can be asked, as `POST /<operation>` with JSON both ways. The Worker in `bench/app`
 * answers it on every engine that runs Workers, and the programs in `bench/peers` answer it for theirs, so that the
 * same driver takes the same times everywhere.
 */
export interface Operations {
  /** Starts `runs` runs of `steps` steps each, of `ioMs` milliseconds of I/O; answers when all are complete. */
  chains: { asks: Chains; answers: Finished };
  /** One run each of whose steps sends `POST visit`. Answers when it is complete. */
  visits: { asks: Visits; answers: Finished };
  /** Creates runs without steps, one `create` each; answers when all are acknowledged. */
  create: { asks: Create; answers: { created: number } };
  /** The same with `createBatch`, 100 at a time. */
  createBatch: { asks: Create; answers: { created: number } };
  /** Answers when everything that the last of the two has created is complete. */
  settled: { asks: Record<string, never>; answers: Finished };
  /** Creates runs that sleep until `until` (ms since the epoch); answers when all have begun to. */
  sleepers: { asks: Sleepers; answers: { created: number } };
  /** Answers when all sleepers are awake: how late each was, in ms. */
  lateness: { asks: Record<string, never>; answers: { ms: number[] } };
  /** Creates runs that are in the middle of a step for as long as the server lives; answers when all are. */
  hold: { asks: Many; answers: { created: number } };
  /** Creates a run that waits for events; the step after each event sends `POST visit`. Answers at once. */
  listen: { asks: Listen; answers: Finished };
  /** Sends one event to it; answers when the event is accepted. */
  event: { asks: { id: string }; answers: Finished };
  /** Creates a run of `steps` steps that then waits; whenever it gets there it sends `POST visit`. Answers at once. */
  long: { asks: Visits; answers: Finished };
  /** Has such a run leave memory; answers when that is done. */
  pause: { asks: { id: string }; answers: Finished };
  /** Has a paused one run again: every step returns from the journal. Answers when accepted. */
  resume: { asks: { id: string }; answers: Finished };
  /** Has it run again from its last step; every step before returns from the journal. Answers when accepted. */
  restart: { asks: { id: string; step: string }; answers: Finished };
  /** Starts a run on behalf of each agent; every one of its steps updates the agent's state. Answers at once. */
  agents: { asks: Agents; answers: Finished };
  /** Updates an agent's state once. */
  update: { asks: { agent: string; update: number }; answers: Finished };
}

export type Operation = keyof Operations;

export interface Many {
  /** Part of the ids, new at every call. */
  readonly prefix: string;
  readonly runs: number;
}

export interface Chains extends Many {
  readonly steps: number;
  readonly ioMs: number;
  /** Where each run sends a request before its first step. Default: nowhere. */
  readonly visit?: string;
}

export interface Visits {
  readonly id: string;
  readonly steps: number;
  readonly visit: string;
}

export interface Create extends Many {
  /** Calls in flight at a time. */
  readonly atOnce: number;
}

export interface Sleepers extends Many {
  readonly until: number;
}

export interface Listen {
  readonly id: string;
  readonly events: number;
  readonly visit: string;
}

export interface Agents {
  readonly prefix: string;
  readonly agents: readonly string[];
  readonly steps: number;
}

export interface Finished {
  readonly finished: number;
}

/** What an agent of the benchmark shows its clients. */
export interface AgentState {
  /** The run that has brought it about, or nothing. */
  readonly run: string;
  /** Counts up. */
  readonly update: number;
  /** Milliseconds since the epoch, by the agent's clock. */
  readonly at: number;
}
