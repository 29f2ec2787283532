import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Caution } from "./caution.ts";
import { Commits } from "../journal/commits.ts";
import type { SuspectRow, SuspectsTable } from "../journal/suspects-table.ts";
import { Timers } from "../time/timers.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const SUBJECT = { workflow: "w", run: "r", step: "s-1" };

/** The caution of one shard, in which one step is a suspect of two deaths; what it writes is on disk after `sync`. */
class OfShard {
  readonly caution: Caution;
  readonly rows = new Map<number, SuspectRow>();
  onDisk: number[] = [];
  isSlow = false;
  #syncs: (() => void)[] = [];

  constructor(suspect: number) {
    const table = {
      all: () => [{ key: suspect, deaths: 2, subject: "{}" }],
      underWay: () => [],
      removeInnocent: () => {},
      put: (row: SuspectRow) => this.rows.set(row.key, row),
      remove: (key: number) => this.rows.delete(key),
    };
    const storage = {
      sync: () =>
        new Promise<void>((resolve) => {
          this.#syncs.push(() => {
            this.onDisk = [...this.rows.keys()];
            resolve();
          });
          if (!this.isSlow) this.syncNow();
        }),
    };
    this.caution = new Caution(storage, table as unknown as SuspectsTable, new Commits(), new Timers(), {
      kind: "blocked",
      inRow: 3,
    });
  }

  syncNow(): void {
    for (const sync of this.#syncs.splice(0)) sync();
  }
}

test.each(["has ended", "is vouched for"])(
  "the next suspect begins when it is on disk that the one before %s, also where that is another shard's",
  async (how) => {
    const one = new OfShard(1);
    const other = new OfShard(2);
    const entered: number[] = [];
    void one.caution.enter(1, SUBJECT).then(() => entered.push(1));
    await vi.advanceTimersByTimeAsync(10);
    void other.caution.enter(2, SUBJECT).then(() => entered.push(2));
    await vi.advanceTimersByTimeAsync(1000);
    expect(entered).toEqual([1]);

    one.isSlow = true;
    if (how === "has ended") one.caution.leave(1);
    await vi.advanceTimersByTimeAsync(how === "has ended" ? 1000 : 5000);
    expect({ entered, onDisk: one.onDisk }).toEqual({ entered: [1], onDisk: [1] });

    one.syncNow();
    await vi.advanceTimersByTimeAsync(1000);
    expect({ entered, onDisk: one.onDisk }).toEqual({ entered: [1, 2], onDisk: [] });
    other.caution.leave(2);
    await vi.advanceTimersByTimeAsync(1000);
  },
);
