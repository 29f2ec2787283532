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

/** And after so much that is written: the thread stands still while it goes to the disk, which may be a slow one. */
const BYTES_PER_TURN = 8 * 1024 * 1024;

/** And after so many runs that begin: what each of them brings next is not known, and is in memory until it is written … */
const BEGINNINGS_PER_TURN = 150;
/** … and so many where the turn before had no room for all that it brought. */
const BEGINNINGS_UNDER_PRESSURE = 10;

/** A microtask by way of a promise stays within V8; `queueMicrotask` leads out of it and back, at ten times the price. */
const SETTLED = Promise.resolve();

export class Commits {
  #budget = 0;
  #bytes = 0;
  #beginnings = 0;
  #quiet = 0;
  #watching = false;
  #scheduled = false;
  /** What runs that are under way have to write; it is in memory until it is written, so it goes first. */
  #journal: (() => void)[] = [];
  /** What is asked from outside and by clocks: it brings more to do. */
  #commands: (() => void)[] = [];

  /** True in a turn that has already written: the caller may write now. Takes one write from the turn's budget. */
  now(): boolean {
    if (this.#budget <= 0 || this.#bytes <= 0) return false;
    this.#budget--;
    this.#quiet = QUIET_HOPS;
    return true;
  }

  /** Inside a write: how much it is, beyond what any row takes. */
  wrote(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** Inside a write: a run begins or goes on by it. */
  began(): void {
    this.#beginnings--;
  }

  /**
   * Runs `write` now or in one of the next flushes, and resolves with what it returned, in the same turn in which it wrote.
   * @throws what `write` throws
   */
  write<T>(write: () => T): T | Promise<T> {
    const isFirst = this.#commands.length === 0 && this.#beginnings > 0;
    return isFirst && this.now() ? write() : this.join(write);
  }

  /** As `write`, but always in a flush: for work that should not make the present turn longer. */
  join<T>(write: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#commands.push(() => {
        try {
          resolve(write());
        } catch (error) {
          reject(error);
        }
      });
      this.#schedule();
    });
  }

  /** Calls `write`, which must not throw, in one of the next flushes, before all that is not of the journal. */
  journal(write: () => void): void {
    this.#journal.push(write);
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
    this.#budget = WRITES_PER_TURN;
    this.#beginnings = this.#bytes < 0 ? BEGINNINGS_UNDER_PRESSURE : BEGINNINGS_PER_TURN;
    this.#bytes = BYTES_PER_TURN;
    this.#quiet = QUIET_HOPS;
    const journal = this.#run(this.#journal, WRITES_PER_TURN);
    // One at least, so that no load keeps commands from being heard at all.
    this.#run(this.#commands, Math.max(1, WRITES_PER_TURN - journal));
    if (this.#journal.length > 0 || this.#commands.length > 0) this.#schedule();
    if (!this.#watching) {
      this.#watching = true;
      void SETTLED.then(this.#watch);
    }
  }

  /** Calls the first one and as many more as the turn has room for. @returns how many */
  #run(queue: (() => void)[], most: number): number {
    const batch = queue.splice(0, most);
    let written = 0;
    do batch[written++]?.();
    while (written < batch.length && this.#bytes > 0 && this.#beginnings > 0);
    // What there is no room for stays first.
    if (written < batch.length) queue.unshift(...batch.slice(written));
    return Math.min(written, batch.length);
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
