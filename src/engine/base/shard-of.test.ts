import fc from "fast-check";
import { expect, test } from "vitest";
import { shardOf } from "./shard-of.ts";

test("an id stays in its shard: these places are on users' disks", () => {
  expect(
    ["a", "b", "import-1", "4f0c2f2e-6c1c-4a5e-9d57-0d3c7d9c8c11"].map((id) => shardOf("my-workflow", id, 8)),
  ).toEqual([7, 2, 7, 7]);
});

test("every id has a shard within the range", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.integer({ min: 1, max: 256 }), (workflow, id, shards) => {
      const shard = shardOf(workflow, id, shards);
      expect(Number.isInteger(shard) && shard >= 0 && shard < shards).toBe(true);
    }),
  );
});

test.each([8, 7, 64])("ids that count up spread evenly over %d shards", (shards) => {
  const counts = Array.from({ length: shards }, () => 0);
  for (let i = 0; i < 10_000; i++) {
    const shard = shardOf("w", `run-${i}`, shards);
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  const fair = 10_000 / shards;
  for (const count of counts) expect(count).toBeGreaterThan(fair * 0.7);
  for (const count of counts) expect(count).toBeLessThan(fair * 1.3);
});
