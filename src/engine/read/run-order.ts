/**
 * The order of runs in a listing: newest first, and first of all those whose id is the very text that was asked for. It
 * depends on nothing that changes while a run exists, so a listing that is read page by page neither loses nor repeats
 * one, whatever is created, deleted or changes its status meanwhile. Plain functions of values.
 */

/** A place in the order within one shard. */
export interface ShardPosition {
  /** 1 for a run whose id is the text asked for. */
  exact: number;
  createdAt: number;
  run: number;
}

/** A place in the order over all shards: that of a run, or where a search stopped. */
export interface Position extends ShardPosition {
  shard: number;
}

/** Negative where `a` comes first. */
export function compare(a: Position, b: Position): number {
  return b.exact - a.exact || b.createdAt - a.createdAt || b.shard - a.shard || b.run - a.run;
}

/** Where one shard goes on: all of its runs that come after `position` come after this, and no others. */
export function inShard({ exact, createdAt, shard: its, run }: Position, shard: number): ShardPosition {
  if (shard === its) return { exact, createdAt, run };
  // Of what was created in the same millisecond, shards with smaller numbers are still to come, and whole.
  return { exact, createdAt, run: shard < its ? Number.MAX_SAFE_INTEGER : 0 };
}

const CURSOR = /^([01])\.([0-9a-z]{1,11})\.([0-9a-z]{1,11})\.([0-9a-z]{1,11})$/;

export function encodeCursor({ exact, createdAt, shard, run }: Position): string {
  return [exact, createdAt, shard, run].map((part) => part.toString(36)).join(".");
}

/** `undefined` for what no listing has given. */
export function decodeCursor(cursor: string): Position | undefined {
  const found = CURSOR.exec(cursor);
  if (found === null) return undefined;
  const [exact = 0, createdAt = 0, shard = 0, run = 0] = found.slice(1).map((part) => Number.parseInt(part, 36));
  const isExact = [createdAt, shard, run].every((part) => Number.isSafeInteger(part));
  return isExact ? { exact, createdAt, shard, run } : undefined;
}

/** What one shard has found. */
export interface Findings<T> {
  shard: number;
  /** In order. */
  found: readonly { position: ShardPosition; value: T }[];
  /** How far it has looked; `null` when to the end. */
  end: ShardPosition | null;
}

/**
 * The first `limit` of what all shards have found, and where to go on. Where a shard has stopped, nothing is known about
 * what it has after that place, so what others found beyond it waits for the next page.
 */
export function merge<T>(findings: readonly Findings<T>[], limit: number): { values: T[]; next: Position | null } {
  const candidates = findings.flatMap(({ shard, found }) =>
    found.map(({ position, value }) => ({ position: { ...position, shard }, value })),
  );
  candidates.sort((a, b) => compare(a.position, b.position));
  const ends = findings.flatMap(({ shard, end }) => (end === null ? [] : [{ ...end, shard }]));
  const horizon = ends.toSorted(compare)[0];
  const known =
    horizon === undefined ? candidates : candidates.filter(({ position }) => compare(position, horizon) <= 0);
  const taken = known.slice(0, limit);
  const values = taken.map(({ value }) => value);
  const isAll = taken.length === candidates.length && horizon === undefined;
  if (isAll) return { values, next: null };
  // A full page ends with its last run; one that found less has looked as far as the horizon.
  const last = taken.at(-1)?.position;
  return { values, next: taken.length === limit && last !== undefined ? last : (horizon ?? null) };
}
