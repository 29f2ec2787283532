import type { Facts, Outcome } from "../lifecycle.ts";
import { statusOf } from "../lifecycle.ts";
import type { RunSummary, Wait } from "../protocol.ts";

/** A run as the agent keeps it. Times in milliseconds since 1970. */
export interface RunRecord extends Facts {
  number: number;
  id: string;
  workflow: string;
  /** Whether the engine is known to have it. Until then its params are kept, so that it can be created again. */
  created: boolean;
  /** It has sent reports that carry keys. */
  keyed: boolean;
  /** The engine, too, is known to be done with it. */
  settled: boolean;
  step: string | null;
  progress: number;
  error: string | null;
  /** How many results there are. */
  results: number;
  waits: OpenWait[];
  /** When the run said what it waits for, or was given it. */
  waitsAt: number;
  startedAt: number;
  /** When this agent had it begin anew; 0 when it never did. */
  restartedAt: number;
  updatedAt: number;
  endedAt: number | null;
  /** When to compare with the engine, unless it is heard of before. */
  checkAt: number;
  /** How often it was compared since it was last heard of. */
  checks: number;
}

/** A wait, with which use of the step's name it is. */
export interface OpenWait extends Wait {
  count: number;
}

export interface RunRow extends Record<string, SqlStorageValue> {
  number: number;
  id: string;
  workflow: string;
  created: number;
  keyed: number;
  paused: number;
  outcome: string | null;
  settled: number;
  step: string | null;
  progress: number;
  error: string | null;
  results: number;
  waits: string;
  waits_at: number;
  started_at: number;
  restarted_at: number;
  updated_at: number;
  ended_at: number | null;
  check_at: number;
  checks: number;
}

export function toRecord(row: RunRow): RunRecord {
  return {
    number: row.number,
    id: row.id,
    workflow: row.workflow,
    created: row.created === 1,
    keyed: row.keyed === 1,
    paused: row.paused === 1,
    // Written by `toColumns` alone.
    outcome: row.outcome as Outcome | null,
    settled: row.settled === 1,
    step: row.step,
    progress: row.progress,
    error: row.error,
    results: row.results,
    waits: JSON.parse(row.waits) as OpenWait[],
    waitsAt: row.waits_at,
    startedAt: row.started_at,
    restartedAt: row.restarted_at,
    updatedAt: row.updated_at,
    endedAt: row.ended_at,
    checkAt: row.check_at,
    checks: row.checks,
  };
}

/** Columns and their values for the fields that are given. */
export function toColumns(fields: Partial<RunRecord>): [string, SqlStorageValue][] {
  return Object.entries(fields).map(([field, value]) => [
    field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    toColumn(value),
  ]);
}

function toColumn(value: unknown): SqlStorageValue {
  if (typeof value === "boolean") return Number(value);
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  return JSON.stringify(value);
}

/** A run as clients see it, but for its results. */
export function toSummary(record: RunRecord): RunSummary {
  const status = statusOf(record);
  return {
    id: record.id,
    number: record.number,
    workflow: record.workflow,
    status,
    step: record.step,
    progress: record.progress,
    totalResults: record.results,
    error: record.error,
    waitingFor: record.waits.map(({ count: _count, ...wait }) => wait),
    startedAt: record.startedAt,
    updatedAt: record.updatedAt,
    endedAt: status === "running" || status === "paused" ? null : record.endedAt,
  };
}
