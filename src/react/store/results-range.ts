import type { ResultsPage, RunView } from "../../agent/protocol.ts";

/** A part without holes of a run's results, to the last one that is known. */
export interface ResultsRange {
  /** Place of the first of them; 0 is the run's first result. */
  readonly from: number;
  readonly items: readonly unknown[];
  /** Start of the run that they are of: a run that begins anew has other results. */
  readonly startedAt: number;
}

/** The newest results: those that the view of a run has. */
export function newestRange({ results, totalResults, startedAt }: RunView): ResultsRange {
  return { from: totalResults - results.length, items: results, startedAt };
}

/**
 * The range with the results that the run has by now. Where more are new than the view has, the range stays as it is
 * until what lies between is fetched: `missing` says what.
 */
export function extendRange(range: ResultsRange, run: RunView): { range: ResultsRange; missing: number } {
  const newest = newestRange(run);
  const end = range.from + range.items.length;
  if (range.startedAt !== run.startedAt || run.totalResults < end) return { range: newest, missing: 0 };
  if (newest.from > end) return { range, missing: newest.from - end };
  const added = run.totalResults - end;
  if (added === 0) return { range, missing: 0 };
  return { range: { ...range, items: [...range.items, ...run.results.slice(-added)] }, missing: 0 };
}

/** The range with a page that lies before it, or that goes on where it ends. A page that does neither changes nothing. */
export function joinPage(range: ResultsRange, page: ResultsPage): ResultsRange {
  const pageEnd = page.from + page.results.length;
  const end = range.from + range.items.length;
  if (page.from < range.from && pageEnd >= range.from) {
    const before = page.results.slice(0, range.from - page.from);
    return { ...range, from: page.from, items: [...before, ...range.items] };
  }
  if (page.from <= end && pageEnd > end) {
    return { ...range, items: [...range.items, ...page.results.slice(end - page.from)] };
  }
  return range;
}
