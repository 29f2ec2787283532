import { recordOf } from "../base/errors.ts";
import { logFailure } from "../base/log.ts";
import type { EngineStub, LineState } from "../protocol.ts";
import { allDefinitions, definitionOf } from "../registry.ts";
import { repeat } from "../base/repeat.ts";
import { shardOf } from "../base/shard-of.ts";

/** After a shard could not be reached. */
const AGAIN_AFTER_MS = 1000;

/** The way to the other shards of an application, and to this one by the same means. */
export interface Peers {
  readonly own: number;
  readonly count: number;
  stub(shard: number): EngineStub;
}

/** The shard that keeps watch over a workflow as a whole. */
export function homeOf(workflow: string, shards: number): number {
  return shardOf(workflow, "", shards);
}

/**
 * `concurrency.limit` counts over all shards. One shard, the workflow's home, decides: the others report how many of
 * its runs execute there and who is next in line, and are told how many may begin. What the limiter knows is a copy:
 * the rows of the shards are the truth, it asks for them when it starts, and after any message that may have been lost.
 */
export class Limiter {
  readonly #workflow: string;
  readonly #peers: Peers;
  readonly #states: (LineState | undefined)[];
  /** How many each shard was told to begin and has not answered yet: they count as executing. */
  readonly #granted: number[];
  readonly #asked = new Set<number>();
  /** Of this object's stay in memory. */
  readonly #name = crypto.randomUUID();

  constructor(workflow: string, peers: Peers) {
    this.#workflow = workflow;
    this.#peers = peers;
    this.#states = Array.from({ length: peers.count }, () => undefined);
    this.#granted = Array.from({ length: peers.count }, () => 0);
  }

  /**
   * What a shard says of itself; what it said earlier may come later. One that is unknown has to answer first: its report
   * may be of the time before a grant whose answer was lost, or before it knew to whom it listens.
   */
  heard(shard: number, state: LineState): void {
    const known = this.#states[shard];
    if (known !== undefined && known.asOf < state.asOf) this.#states[shard] = state;
    this.decide();
  }

  #answered(shard: number, state: LineState): void {
    const known = this.#states[shard];
    if (known === undefined || known.asOf < state.asOf) this.#states[shard] = state;
    this.decide();
  }

  decide(): void {
    const unknown = this.#states.flatMap((state, shard) => (state === undefined ? [shard] : []));
    // One that is not heard of may be executing as many as it likes.
    if (unknown.length > 0) {
      for (const shard of unknown) void this.#ask(shard);
      return;
    }
    for (;;) {
      const free = (definitionOf(this.#workflow)?.concurrencyLimit ?? Number.POSITIVE_INFINITY) - this.#taken;
      const candidates = this.#candidates();
      const [first] = candidates;
      if (first === undefined || free <= 0) return;
      // One by one while there is somebody to be fair to.
      void this.#grant(first, candidates.length > 1 ? 1 : free);
    }
  }

  get #taken(): number {
    let taken = 0;
    for (const state of this.#states) taken += state?.executing ?? 0;
    for (const granted of this.#granted) taken += granted;
    return taken;
  }

  /** Shards with a line, the one whose head has waited longest first; not those that are still to answer. */
  #candidates(): number[] {
    return this.#states
      .flatMap((state, shard) =>
        typeof state?.head !== "number" || (this.#granted[shard] ?? 0) > 0 ? [] : [{ shard, head: state.head }],
      )
      .toSorted((a, b) => a.head - b.head)
      .map(({ shard }) => shard);
  }

  /** Not repeated when it fails, since it may have had its effect: the shard is asked how it stands instead. */
  async #grant(shard: number, count: number): Promise<void> {
    this.#granted[shard] = count;
    try {
      const state = await this.#peers.stub(shard).admit(this.#workflow, count, this.#name);
      this.#granted[shard] = 0;
      if (state === null) this.#forget(shard);
      else this.#answered(shard, state);
    } catch {
      setTimeout(() => {
        this.#granted[shard] = 0;
        this.#forget(shard);
      }, AGAIN_AFTER_MS);
    }
  }

  #forget(shard: number): void {
    this.#states[shard] = undefined;
    this.decide();
  }

  async #ask(shard: number): Promise<void> {
    if (this.#asked.has(shard)) return;
    this.#asked.add(shard);
    try {
      const state = await repeat(
        () => this.#peers.stub(shard),
        (stub) => stub.line(this.#workflow, this.#name),
        "read",
      );
      this.#asked.delete(shard);
      this.#answered(shard, state);
    } catch (error) {
      const what = `cannot tell how many of its runs execute in shard ${shard}, so none begins; it is asked again`;
      logFailure("error", { workflow: this.#workflow }, what, recordOf(error));
      setTimeout(() => {
        this.#asked.delete(shard);
        this.decide();
      }, AGAIN_AFTER_MS);
    }
  }
}

/** A shard's part in limiting: the limiters that have their home here, and its reports to those of others. */
export class Limiters {
  readonly #peers: Peers;
  readonly #homed = new Map<string, Limiter>();
  readonly #reporting = new Map<string, { isStale: boolean }>();

  constructor(peers: Peers) {
    this.#peers = peers;
  }

  /** When the shard starts: what was granted before is not remembered, and asked for. */
  start(): void {
    for (const { name, concurrencyLimit } of allDefinitions()) {
      if (concurrencyLimit !== undefined && homeOf(name, this.#peers.count) === this.#peers.own) this.at(name).decide();
    }
  }

  /** The limiter of a workflow that has its home in this shard. */
  at(workflow: string): Limiter {
    const limiter = this.#homed.get(workflow) ?? new Limiter(workflow, this.#peers);
    this.#homed.set(workflow, limiter);
    return limiter;
  }

  /** Tells the limiter how things stand here; what changes meanwhile is told after it. */
  report(workflow: string, state: () => LineState): void {
    const underWay = this.#reporting.get(workflow);
    if (underWay !== undefined) {
      underWay.isStale = true;
      return;
    }
    const reporting = { isStale: false };
    this.#reporting.set(workflow, reporting);
    void this.#send(workflow, state).finally(() => {
      this.#reporting.delete(workflow);
      if (reporting.isStale) this.report(workflow, state);
    });
  }

  async #send(workflow: string, state: () => LineState): Promise<void> {
    const { own, count } = this.#peers;
    const home = homeOf(workflow, count);
    if (home === own) {
      this.at(workflow).heard(own, state());
      return;
    }
    try {
      await repeat(
        () => this.#peers.stub(home),
        (stub) => stub.lineChanged(workflow, own, state()),
      );
    } catch (error) {
      // The next change, or the next heartbeat, says it again.
      logFailure("error", { workflow }, `shard ${own} could not tell how many runs execute in it`, recordOf(error));
    }
  }
}
