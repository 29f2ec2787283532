import type { Before, Candidate, CatalogTable, CountRow } from "./catalog-table.ts";

/** Rows that one range is read ahead by, first and at most. */
const LEAST_AHEAD = 8;
const MOST_AHEAD = 256;

/**
 * The runs of several pairs of workflow and status together, newest first: the ranges of the index, merged, each read
 * only as far as it is needed. All reads belong to one turn, so no run changes its range meanwhile.
 */
export function* newestFirst(
  table: CatalogTable,
  pairs: readonly CountRow[],
  start: Before,
  from: number,
  wanted: number,
): Generator<Candidate> {
  const ahead = Math.ceil((wanted + 1) / Math.max(1, pairs.length));
  const ranges = pairs.map(
    ({ workflow, status }) =>
      new Range((before, limit) => table.newest(workflow, status, before, from, limit), start, ahead),
  );
  for (;;) {
    let newest: Range | undefined;
    for (const range of ranges) if (newest === undefined || isNewer(range.head, newest.head)) newest = range;
    const candidate = newest?.take();
    if (candidate === undefined) return;
    yield candidate;
  }
}

function isNewer(a: Candidate | undefined, b: Candidate | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  return a.created_at > b.created_at || (a.created_at === b.created_at && a.run > b.run);
}

class Range {
  readonly #read: (before: Before, limit: number) => Candidate[];
  #rows: Candidate[];
  #next = 0;
  #ahead: number;

  constructor(read: (before: Before, limit: number) => Candidate[], start: Before, ahead: number) {
    this.#read = read;
    this.#ahead = Math.min(Math.max(ahead, LEAST_AHEAD), MOST_AHEAD);
    this.#rows = read(start, this.#ahead);
  }

  get head(): Candidate | undefined {
    const last = this.#rows.at(-1);
    if (last !== undefined && this.#next === this.#rows.length && this.#next === this.#ahead) {
      this.#ahead = Math.min(this.#ahead * 2, MOST_AHEAD);
      this.#rows = this.#read({ createdAt: last.created_at, run: last.run }, this.#ahead);
      this.#next = 0;
    }
    return this.#rows[this.#next];
  }

  take(): Candidate | undefined {
    const taken = this.head;
    if (taken !== undefined) this.#next++;
    return taken;
  }
}
