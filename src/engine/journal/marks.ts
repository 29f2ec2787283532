/**
 * A *mark* is a moment in the order of everything that happens in a shard: milliseconds × 1024, plus a place among what
 * happens in the same millisecond. One integer gives a step's time, its place in the history of its run, and the id of
 * the event that a subscriber sees; it needs no counter on disk, because time goes on while the process is down.
 */
export type Mark = number;

const PER_MS = 1024;

export class Marks {
  #last: Mark = 0;

  /** The first of `count` consecutive marks. */
  next(count = 1): Mark {
    const mark = Math.max(Date.now() * PER_MS, this.#last + 1);
    this.#last = mark + count - 1;
    return mark;
  }
}

/** Milliseconds since the epoch. */
export function timeOf(mark: Mark): number {
  return Math.floor(mark / PER_MS);
}
