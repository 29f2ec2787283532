/**
 * When the journal is written (DESIGN: "the journal"). Every turn of the event loop that writes costs one commit, and a
 * commit is an fsync on the one thread. The platform folds all writes of a turn into one commit, so:
 *
 * - in a turn that has already written, write at once and go on: it costs nothing more;
 * - in a fresh turn, join the flush that runs once per poll cycle, so that a thousand runs whose I/O completes together
 *   share one commit instead of making a thousand.
 *
 * Neither is needed for correctness: the output gate holds everything that leaves the object until the rows written
 * before it are on disk (E2).
 */

/**
 * How many microtask hops without a write mean that the turn is over. User code awaits between steps, and each await
 * takes a few hops; taking a turn for ended too early only costs a flush, and too late only a commit.
 */
const QUIET_HOPS = 100;

/** A turn ends after so many writes, so that runs without any I/O of their own leave the thread to others. */
const WRITES_PER_TURN = 1000;

/** A microtask by way of a promise stays within V8; `queueMicrotask` leads out of it and back, at ten times the price. */
const SETTLED = Promise.resolve();

export class Commits {
  #budget = 0;
  #quiet = 0;
  #watching = false;
  #scheduled = false;
  #queue: (() => void)[] = [];

  /** True in a turn that has already written: the caller may write now. Takes one write from the turn's budget. */
  now(): boolean {
    if (this.#budget <= 0) return false;
    this.#budget--;
    this.#quiet = QUIET_HOPS;
    return true;
  }

  /**
   * Runs `write` now or in the next flush, and resolves with what it returned, in the same turn in which it wrote.
   * @throws what `write` throws
   */
  write<T>(write: () => T): T | Promise<T> {
    return this.now() ? write() : this.join(write);
  }

  /** As `write`, but always in a flush: for work that should not make the present turn longer. */
  join<T>(write: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.add(() => {
        try {
          resolve(write());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** Calls `write`, which must not throw, in the next flush. */
  add(write: () => void): void {
    this.#queue.push(write);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => this.#flush(), 0);
  }

  #flush(): void {
    // Cleared first: a write that throws must not leave the queue "scheduled" for ever.
    this.#scheduled = false;
    const batch = this.#queue.splice(0, WRITES_PER_TURN);
    if (this.#queue.length > 0) this.#schedule();
    this.#budget = WRITES_PER_TURN;
    this.#quiet = QUIET_HOPS;
    for (const write of batch) write();
    if (!this.#watching) {
      this.#watching = true;
      void SETTLED.then(this.#watch);
    }
  }

  /** Microtasks drain before a turn ends, so a chain of them sees its end coming. */
  readonly #watch = (): void => {
    if (--this.#quiet > 0) {
      void SETTLED.then(this.#watch);
    } else {
      this.#watching = false;
      this.#budget = 0;
    }
  };
}
