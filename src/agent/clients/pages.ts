import type { ResultsPage, RunsPage, RunSummary } from "../protocol.ts";
import type { RunRecord } from "../store/run-record.ts";
import type { RunStore } from "../store/run-store.ts";

const DEFAULT_RUNS = 20;
const MAX_RUNS = 100;
const DEFAULT_RESULTS = 50;
const MAX_RESULTS = 200;
/** No page of results has more characters of JSON, unless its first result alone has. */
const MAX_PAGE_LENGTH = 1_000_000;

/** Runs, newest first, without their results. */
export function runsPage(
  store: RunStore,
  summary: (run: RunRecord) => RunSummary,
  before = Number.MAX_SAFE_INTEGER,
  limit = DEFAULT_RUNS,
): RunsPage {
  const size = Math.min(limit, MAX_RUNS);
  const found = store.runs.page(before, size + 1);
  const runs = found.slice(0, size);
  const next = found.length > size ? (runs.at(-1)?.number ?? null) : null;
  return { runs: runs.map(summary), total: store.runs.count(), next };
}

/** Results of a run from a place on; by default, the newest. */
export function resultsPage(store: RunStore, run: RunRecord, from?: number, limit = DEFAULT_RESULTS): ResultsPage {
  const size = Math.min(limit, MAX_RESULTS);
  const page = { instanceId: run.id, total: run.results };
  if (from !== undefined) {
    const results = store.results.page(run.number, from, size, MAX_PAGE_LENGTH);
    return { ...page, results, from };
  }
  const newest = store.results.newest(run.number, size, MAX_PAGE_LENGTH);
  // One that is larger than a page is a page of its own.
  const results = newest.length > 0 ? newest : store.results.page(run.number, run.results - 1, 1, MAX_PAGE_LENGTH);
  return { ...page, results, from: run.results - results.length };
}
