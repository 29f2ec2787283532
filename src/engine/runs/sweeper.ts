import type { Execution, OpenStep } from "./execution.ts";
import type { Shard } from "./shard.ts";

/** How often executions are looked at. */
const SWEEP_MS = 250;
/** An execution with nothing but waits of ours is dropped from memory after this long … */
const PARK_AFTER_MS = 2000;
/** … unless it goes on sooner than this. */
const PARK_UNLESS_DUE_WITHIN_MS = 10_000;
/** A wait for an event can end at any moment, and a replay costs more than some patience. */
const PARK_EVENT_WAIT_AFTER_MS = 10_000;
/** Code that was given a result and did not call a step since is taken to be at work for so long. */
const PARK_IN_CODE_AFTER_MS = 10 * 60_000;
const PARK_IN_CODE_WHERE_CROWDED_AFTER_MS = 10_000;
/** More idle executions than this are parked without patience … */
const MANY_IDLE = 250;
/** … unless the replay would have to follow at once. */
const DUE_SOON_MS = 1000;
/** A step running longer than this is marked as started on disk, at the next sweep. */
const MARK_AFTER_MS = 100;

/** Looks at the executions of a shard while there are any: parks the idle, marks the steps that run for long. */
export class Sweeper {
  readonly #shard: Shard;
  readonly #live: ReadonlyMap<number, Execution>;
  #isAwake = false;

  constructor(shard: Shard, live: ReadonlyMap<number, Execution>) {
    this.#shard = shard;
    this.#live = live;
  }

  /** There is something to look at. */
  wake(): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    this.#shard.timers.add(Date.now() + SWEEP_MS, () => {
      this.#isAwake = false;
      this.#sweep();
      if (this.#live.size > 0) this.wake();
    });
  }

  #sweep(): void {
    const now = Date.now();
    const idle: Execution[] = [];
    const long: [Execution, OpenStep[]][] = [];
    for (const execution of this.#live.values()) {
      if (execution.isIdle) idle.push(execution);
      const unmarked = execution.unmarked(now - MARK_AFTER_MS);
      if (unmarked.length > 0) long.push([execution, unmarked]);
    }
    const isCrowded = idle.length > MANY_IDLE || this.#shard.admission.isCrowded;
    const park = idle
      .filter((execution) => {
        // Whoever waits leaves its place to others, where places are counted.
        const hasPatience = !isCrowded && execution.definition.concurrencyLimit === undefined;
        return hasPatience ? isLongIdle(execution, now) : isParkable(execution, now);
      })
      .map((execution) => ({ execution, activity: execution.activity }));
    if (park.length === 0 && long.length === 0) return;
    void this.#shard.commits.join(() => {
      for (const [execution, steps] of long) this.#mark(execution, steps);
      // Whatever was settled since the sweep, in this very flush too, sends the code on: then it is not idle any more.
      for (const { execution, activity } of park) {
        if (execution.alive && execution.isIdle && execution.activity === activity) this.#shard.park(execution);
      }
    });
  }

  /** So that a crash is seen to have cost an attempt, and what runs for long is visible from outside. */
  #mark(execution: Execution, steps: OpenStep[]): void {
    for (const step of steps) {
      // E1: its outcome may have been written earlier in this very flush.
      if (!execution.alive || step.stored || !execution.isInFlight(step)) continue;
      this.#shard.steps.put(step.row);
      step.stored = true;
    }
  }
}

/** Where others wait for the place: after a while also when code may be at something of its own, which is done again. */
function isParkable(execution: Execution, now: number): boolean {
  const isAtRest = !execution.isInCode || now - execution.activeAt > PARK_IN_CODE_WHERE_CROWDED_AFTER_MS;
  return isAtRest && execution.nextDueAt() - now > DUE_SOON_MS;
}

function isLongIdle(execution: Execution, now: number): boolean {
  const idleMs = now - execution.activeAt;
  if (execution.isInCode) return idleMs > PARK_IN_CODE_AFTER_MS;
  if (execution.waitedTypes.length > 0) return idleMs > PARK_EVENT_WAIT_AFTER_MS;
  return idleMs > PARK_AFTER_MS && execution.nextDueAt() - now > PARK_UNLESS_DUE_WITHIN_MS;
}
