import fc from "fast-check";
import { expect, test } from "vitest";
import type { Before, Candidate, CatalogTable } from "./catalog-table.ts";
import { newestFirst } from "./newest-first.ts";

interface Run extends Candidate {
  workflow: string;
}

const NEWEST_FIRST = (a: Candidate, b: Candidate): number => b.created_at - a.created_at || b.run - a.run;

/** The table as far as the merge reads it, and how many rows that was. */
function tableOf(runs: readonly Run[]): { table: CatalogTable; rowsRead: () => number } {
  let rowsRead = 0;
  const newest = (workflow: string, status: number, before: Before, from: number, limit: number): Candidate[] => {
    const rows = runs
      .filter((run) => run.workflow === workflow && run.status === status && run.created_at >= from)
      .filter(({ created_at: at, run }) => at < before.createdAt || (at === before.createdAt && run < before.run))
      .toSorted(NEWEST_FIRST)
      .slice(0, limit);
    rowsRead += rows.length;
    return rows;
  };
  return { table: { newest } as Partial<CatalogTable> as CatalogTable, rowsRead: () => rowsRead };
}

const runs: fc.Arbitrary<Run[]> = fc
  .array(
    fc.record({
      workflow: fc.constantFrom("a", "b", "c"),
      status: fc.integer({ min: 0, max: 4 }),
      created_at: fc.integer({ min: 100, max: 110 }),
    }),
    { maxLength: 120 },
  )
  .map((made) => made.map((run, index) => ({ ...run, run: index + 1, id: `run-${index}` })));

const pairs = ["a", "b", "c"].flatMap((workflow) => [0, 1, 2, 3].map((status) => ({ workflow, status, n: 1 })));

test("several ranges are one, newest first, from a place on, as far as it is read", () => {
  const place = fc.record({ createdAt: fc.integer({ min: 99, max: 112 }), run: fc.nat(130) });
  fc.assert(
    fc.property(runs, place, fc.integer({ min: 99, max: 111 }), fc.nat(150), (all, start, from, wanted) => {
      const { table, rowsRead } = tableOf(all);
      const read: number[] = [];
      for (const { run } of newestFirst(table, pairs, start, from, wanted)) {
        if (read.length === wanted) break;
        read.push(run);
      }
      const expected = all
        .filter(({ status, created_at: at }) => status < 4 && at >= from)
        .filter(({ created_at: at, run }) => at < start.createdAt || (at === start.createdAt && run < start.run))
        .toSorted(NEWEST_FIRST)
        .slice(0, wanted);
      expect(read).toEqual(expected.map(({ run }) => run));
      expect(rowsRead()).toBeLessThanOrEqual(pairs.length * 8 + 3 * (wanted + 8));
    }),
    { numRuns: 500 },
  );
});
