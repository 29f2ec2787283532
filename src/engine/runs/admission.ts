import type { Limiters } from "./limiter.ts";
import type { LineState } from "../protocol.ts";
import { allDefinitions, definitionOf, registeredLiveRuns } from "../registry.ts";
import type { RunRow } from "../journal/runs-table.ts";
import type { Shard } from "./shard.ts";

/** How many runs begin in one turn. */
const RUNS_PER_TURN = 100;
/**
 * Added to the place of a run that has not begun yet, so that one that wakes or is resumed goes first: marks are below
 * 2^52 for another century.
 */
const BEHIND_THE_WAKING = 2 ** 52;

/**
 * Who may execute. A run begins at once while there is room; otherwise it stands in line, as a row. There is a line per
 * workflow, first those that have been under way before (spec §7), each in order of arrival. Two things make a run wait:
 *
 * - the shard holds as many executions in memory as it may: the lines move on as others end, the oldest head first;
 * - its workflow has a `concurrency.limit`, which counts over all shards: its runs begin when the workflow's limiter
 *   says so (limiter.ts), and this class only tells it how things stand here.
 */
export class Admission {
  readonly #shard: Shard;
  readonly #limiters: Limiters;
  /** Workflows without a limit that have a line here. */
  readonly #lines = new Set<string>();
  readonly #reports = new Set<string>();
  /** By workflow, the limiter that asked last. */
  readonly #obeyed = new Map<string, string>();
  #isScheduled = false;

  constructor(shard: Shard, limiters: Limiters) {
    this.#shard = shard;
    this.#limiters = limiters;
  }

  /** Whether runs wait for room in memory. */
  get isCrowded(): boolean {
    return this.#lines.size > 0;
  }

  /**
   * The place in line that a run must take, or `null` when it may execute at once. `isUnderWay`: it wakes or is resumed,
   * and goes before those that have not begun.
   */
  placeFor(workflow: string, isUnderWay: boolean): number | null {
    const isFree = !isLimited(workflow) && !this.isCrowded && this.#room > 0;
    if (isFree) return null;
    const mark = this.#shard.marks.next();
    return isUnderWay ? mark : mark + BEHIND_THE_WAKING;
  }

  /** Inside the write that put a run in line. */
  joined(workflow: string): void {
    if (isLimited(workflow)) this.#reports.add(workflow);
    else this.#lines.add(workflow);
    this.#schedule();
  }

  /** An execution has ended, or has left memory. */
  left(workflow: string): void {
    if (isLimited(workflow)) this.#reports.add(workflow);
    else if (!this.isCrowded) return;
    this.#schedule();
  }

  /** When the shard starts, and from time to time: a message to a limiter may have been lost. */
  refresh(): void {
    for (const { name } of allDefinitions()) {
      if (isLimited(name)) this.#reports.add(name);
      else if (this.#shard.runs.headOfLine(name) !== null) this.#lines.add(name);
    }
    if (this.#reports.size > 0 || this.isCrowded) this.#schedule();
  }

  /** How things stand here for a workflow with a limit. */
  state(workflow: string): LineState {
    const { runs, marks } = this.#shard;
    return { executing: runs.countLive(workflow), head: runs.headOfLine(workflow), asOf: marks.next() };
  }

  /**
   * For a limiter that asks, and is obeyed from now on: what one before it has sent, when its object died, may still
   * be under way and must not count beside what this one will decide.
   */
  stateFor(workflow: string, limiter: string): LineState {
    this.#obeyed.set(workflow, limiter);
    return this.state(workflow);
  }

  /** The limiter lets so many of the line begin. Inside a write. */
  admit(workflow: string, count: number, limiter: string): LineState | null {
    if (this.#obeyed.get(workflow) !== limiter) return null;
    for (const row of this.#shard.runs.inLine(workflow, count)) this.#begin(row);
    return this.state(workflow);
  }

  get #room(): number {
    return registeredLiveRuns() - this.#shard.liveCount;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    void this.#shard.commits.join(() => {
      this.#isScheduled = false;
      this.#moveLines();
      for (const workflow of this.#reports) this.#limiters.report(workflow, () => this.state(workflow));
      this.#reports.clear();
    });
  }

  /** The oldest heads of all lines begin, as far as there is room. */
  #moveLines(): void {
    for (let begun = 0; this.#lines.size > 0 && this.#room > 0; begun++) {
      if (begun === RUNS_PER_TURN) return this.#schedule();
      const next = this.#nextInLines();
      if (next !== undefined) this.#begin(next);
    }
  }

  #nextInLines(): RunRow | undefined {
    let next: RunRow | undefined;
    for (const workflow of this.#lines) {
      const [head] = this.#shard.runs.inLine(workflow, 1);
      if (head === undefined) this.#lines.delete(workflow);
      else if (next === undefined || (head.queue ?? 0) < (next.queue ?? 0)) next = head;
    }
    return next;
  }

  #begin(row: RunRow): void {
    const { runs, marks } = this.#shard;
    runs.setRunning(row.run);
    if (row.begun === 0) runs.setBegun(row.run, marks.next(2));
    else this.#shard.note(row.run, "workflow_running");
    this.#shard.changed(row.run);
    this.#shard.attempt(row, () => this.#shard.replay(row));
  }
}

function isLimited(workflow: string): boolean {
  return definitionOf(workflow)?.concurrencyLimit !== undefined;
}
