import { recordOf } from "../base/errors.ts";
import { repeat } from "../base/repeat.ts";

/** An operator waits for the answer: long enough for a shard that is moving, not for one that is gone. */
const PATIENCE_MS = 5000;

/** The way to all shards. */
export interface Shards<Stub> {
  readonly count: number;
  /** A fresh one each time. */
  stub(shard: number): Stub;
}

/**
 * Asks every shard at once. Whatever is read over all shards is either whole or not at all: what a shard that fails
 * holds must not be missing in silence.
 * @returns the answers by shard, or which shards failed and why
 */
export async function askAll<Stub, T>(
  shards: Shards<Stub>,
  ask: (stub: Stub, shard: number) => Promise<T>,
): Promise<{ answers: T[] } | { failure: string }> {
  const { count } = shards;
  const asked = Array.from({ length: count }, (_, shard) =>
    repeat(
      () => shards.stub(shard),
      (fresh) => ask(fresh, shard),
      "read",
      PATIENCE_MS,
    ),
  );
  const settled = await Promise.allSettled(asked);
  const failures = settled.flatMap((result, shard) =>
    result.status === "rejected" ? [`shard ${shard} did not answer: ${recordOf(result.reason).message}`] : [],
  );
  if (failures.length > 0) return { failure: `Of ${count} shards, ${failures.join("; ")}` };
  return { answers: settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])) };
}
