import { type Before, type Candidate, CatalogTable, type CountRow } from "./catalog-table.ts";
import type { CountingSql } from "./counting-sql.ts";
import { newestFirst } from "./newest-first.ts";
import type { RunSummary } from "./read-protocol.ts";
import type { Findings, ShardPosition } from "./run-order.ts";

/** What one shard is asked for: a `RunQuery` that has been checked. */
export interface ShardQuery {
  workflow?: string;
  statuses?: readonly number[];
  from?: number;
  to?: number;
  prefix?: string;
  text?: string;
  /** How far the page before has come in this shard. */
  after?: ShardPosition;
  limit: number;
  /** How many runs that do not match are looked at. */
  patience: number;
}

export interface ShardPage extends Findings<RunSummary> {
  rowsRead: number;
}

/** Where no more ids than this have a prefix, they are read from the index of ids; else they are searched for. */
const FEW = 1000;

/** A page of one shard: up to `limit` runs in the order of `run-order.ts`, and how far it has looked. */
export function listShard(sql: CountingSql, shard: number, query: ShardQuery): ShardPage {
  const table = new CatalogTable(sql);
  const found: { position: ShardPosition; value: RunSummary }[] = [];
  const page = (end: ShardPosition | null): ShardPage => ({ shard, found, end, rowsRead: sql.rowsRead });
  let misses = 0;
  for (const { exact, candidate } of inOrder(table, query)) {
    // Only what comes after a full page shows that there is more.
    const last = found.at(-1);
    if (last !== undefined && found.length >= query.limit) return page(last.position);
    const position = { exact, createdAt: candidate.created_at, run: candidate.run };
    const value = matches(query, candidate) ? table.summary(candidate.run) : undefined;
    if (value !== undefined) found.push({ position, value });
    else if (++misses >= query.patience) return page(position);
  }
  return page(null);
}

/** Runs of the right workflow and status in the order of a listing; not all of them match. */
function* inOrder(table: CatalogTable, query: ShardQuery): Generator<{ exact: number; candidate: Candidate }> {
  const pairs = table.counts().filter((pair) => isAskedFor(query, pair));
  const workflows = [...new Set(pairs.map(({ workflow }) => workflow))];
  const { after, to, prefix } = query;
  const name = query.text ?? prefix;
  if (name !== undefined && after?.exact !== 0) {
    // An id that is asked for by its whole name is found at once, among however many.
    const exact = workflows.flatMap((workflow) => table.withId(workflow, name) ?? []);
    for (const candidate of sorted(exact, query, after)) yield { exact: 1, candidate };
  }
  const start = earlier(after?.exact === 0 ? after : undefined, to);
  const few = prefix === undefined ? undefined : fewWithPrefix(table, workflows, prefix);
  const candidates =
    few === undefined ? newestFirst(table, pairs, start, query.from ?? 0, query.limit) : sorted(few, query, start);
  for (const candidate of candidates) if (candidate.id !== name) yield { exact: 0, candidate };
}

function isAskedFor({ workflow, statuses }: ShardQuery, pair: CountRow): boolean {
  return (workflow ?? pair.workflow) === pair.workflow && statuses?.includes(pair.status) !== false;
}

function matches({ prefix = "", text = "" }: ShardQuery, { id }: Candidate): boolean {
  return id.startsWith(prefix) && id.toLowerCase().includes(text.toLowerCase());
}

/** Those among ids from the index that match altogether, newest first. */
function sorted(found: readonly Candidate[], query: ShardQuery, after: Before | undefined): Candidate[] {
  const { statuses, from = 0, to = Number.POSITIVE_INFINITY } = query;
  const isAfter = ({ created_at: createdAt, run }: Candidate): boolean =>
    after === undefined || createdAt < after.createdAt || (createdAt === after.createdAt && run < after.run);
  return found
    .filter((run) => statuses?.includes(run.status) !== false && run.created_at >= from && run.created_at < to)
    .filter((run) => matches(query, run) && isAfter(run))
    .toSorted((a, b) => b.created_at - a.created_at || b.run - a.run);
}

/** The later of the two bounds in the order, which is the earlier one in time. */
function earlier(after: Before | undefined, to: number | undefined): Before {
  const bound = { createdAt: to ?? Number.MAX_SAFE_INTEGER, run: 0 };
  return after === undefined || bound.createdAt <= after.createdAt ? bound : after;
}

function fewWithPrefix(
  table: CatalogTable,
  workflows: readonly string[],
  prefix: string,
): readonly Candidate[] | undefined {
  const found: Candidate[] = [];
  for (const workflow of workflows) {
    found.push(...table.withPrefix(workflow, prefix, FEW + 1 - found.length));
    if (found.length > FEW) return undefined;
  }
  return found;
}
