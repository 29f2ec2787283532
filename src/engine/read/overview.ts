import { allDefinitions } from "../registry.ts";
import type { Shard } from "../runs/shard.ts";
import { STATUS_NAMES, type StatusName } from "../base/status.ts";
import { CatalogTable, type CountRow } from "./catalog-table.ts";
import { CountingSql } from "./counting-sql.ts";
import type { ShardFigures, WorkflowOverview } from "./read-protocol.ts";

/** What a shard says of itself. Costs as many rows as there are workflows. */
export interface ShardOverview {
  counts: CountRow[];
  figures: ShardFigures;
}

export function overviewOf(shard: Shard, index: number): ShardOverview {
  const { sql } = shard.storage;
  const counts = new CatalogTable(new CountingSql(sql)).counts();
  const figures: ShardFigures = {
    shard: index,
    executing: shard.liveCount,
    runs: counts.reduce((sum, { n }) => sum + n, 0),
    databaseBytes: sql.databaseSize,
    nextDueAt: shard.steps.nextDueAt(0),
    nextPurgeAt: shard.runs.nextPurgeAt(),
  };
  return { counts, figures };
}

/** The workflows of the application, and those that only the data has runs of, by name. */
export function workflowsOf(counts: readonly CountRow[]): WorkflowOverview[] {
  const overviews = new Map<string, WorkflowOverview>();
  for (const { name, className } of allDefinitions()) {
    overviews.set(name, { name, className, isRegistered: true, counts: none() });
  }
  for (const { workflow, status, n } of counts) {
    const known = overviews.get(workflow) ?? { name: workflow, isRegistered: false, counts: none() };
    const name = STATUS_NAMES[status];
    if (name !== undefined) known.counts[name] += n;
    overviews.set(workflow, known);
  }
  return [...overviews.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function none(): Record<StatusName, number> {
  // Every name is there, so the shape is known.
  return Object.fromEntries(STATUS_NAMES.map((name) => [name, 0])) as Record<StatusName, number>;
}
