import fc from "fast-check";
import { expect, test } from "vitest";
import { compare, decodeCursor, encodeCursor, type Findings, inShard, merge, type Position } from "./run-order.ts";

const SHARDS = 4;

/** Many of the same millisecond, as a batch makes them. */
const runs: fc.Arbitrary<Position[]> = fc.uniqueArray(
  fc.record({
    exact: fc.constantFrom(0, 0, 0, 1),
    createdAt: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_004 }),
    shard: fc.integer({ min: 0, max: SHARDS - 1 }),
    run: fc.integer({ min: 1, max: 30 }),
  }),
  { maxLength: 80, selector: ({ shard, run }) => `${shard} ${run}` },
);

/** A shard as `listShard` answers: up to `limit` runs after a place, giving up after `patience` that do not match. */
function find(
  all: readonly Position[],
  shard: number,
  after: Position | null,
  limit: number,
  patience: number,
  isMatch: (run: Position) => boolean,
): Findings<Position> {
  const bound = after === null ? undefined : { ...inShard(after, shard), shard };
  const own = all
    .filter((run) => run.shard === shard && (bound === undefined || compare(run, bound) > 0))
    .toSorted(compare);
  const found: Findings<Position>["found"][number][] = [];
  let misses = 0;
  for (const run of own) {
    if (found.length === limit) return { shard, found, end: found.at(-1)?.position ?? null };
    if (isMatch(run)) found.push({ position: run, value: run });
    else if (++misses === patience) return { shard, found, end: run };
  }
  return { shard, found, end: null };
}

test("read page by page, a listing over all shards is the sorted list of what matches", () => {
  const limits = fc.record({ limit: fc.integer({ min: 1, max: 20 }), patience: fc.integer({ min: 1, max: 10 }) });
  fc.assert(
    fc.property(runs, limits, fc.integer({ min: 1, max: 3 }), (all, { limit, patience }, every) => {
      const isMatch = ({ run }: Position): boolean => run % every === 0;
      const listed: Position[] = [];
      let next: Position | null = null;
      for (let pages = 0; pages <= all.length * SHARDS + 1; pages++) {
        const findings = Array.from({ length: SHARDS }, (_, shard) => find(all, shard, next, limit, patience, isMatch));
        const page = merge(findings, limit);
        expect(page.values.length).toBeLessThanOrEqual(limit);
        listed.push(...page.values);
        ({ next } = page);
        if (next === null) break;
      }
      expect(next).toBeNull();
      expect(listed).toEqual(all.filter(isMatch).toSorted(compare));
    }),
    { numRuns: 500 },
  );
});

test("without a search, every page but the last is full", () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 1, max: 20 }), (all, limit) => {
      const sizes: number[] = [];
      let next: Position | null = null;
      do {
        const findings = Array.from({ length: SHARDS }, (_, shard) => find(all, shard, next, limit, 1, () => true));
        const page = merge(findings, limit);
        sizes.push(page.values.length);
        ({ next } = page);
      } while (next !== null);
      expect(sizes.slice(0, -1).every((size) => size === limit)).toBe(true);
      expect(sizes.length).toBe(Math.max(1, Math.ceil(all.length / limit)));
    }),
  );
});

test("what comes after a place comes after it in every shard, and nothing else does", () => {
  fc.assert(
    fc.property(runs, runs, (all, places) => {
      for (const place of places) {
        for (const run of all) {
          const bound = { ...inShard(place, run.shard), shard: run.shard };
          expect(compare(run, bound) > 0).toBe(compare(run, place) > 0);
        }
      }
    }),
  );
});

test("a cursor says the place again", () => {
  const position = fc.record({
    exact: fc.constantFrom(0, 1),
    createdAt: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    shard: fc.nat(1000),
    run: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  });
  fc.assert(
    fc.property(position, (place) => {
      const cursor = encodeCursor(place);
      expect(decodeCursor(cursor)).toEqual(place);
      expect(encodeURIComponent(cursor)).toBe(cursor);
    }),
  );
});

test.each([
  "",
  "0",
  "0.1.2",
  "2.1.1.1",
  "0.1.1.1.1",
  "0.A.1.1",
  "0.-1.1.1",
  "0.zzzzzzzzzzz.1.1",
  " 0.1.1.1",
  "0.1.1.1\n",
])("%j is no cursor", (text) => {
  expect(decodeCursor(text)).toBeUndefined();
});
