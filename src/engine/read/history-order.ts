import type { Mark } from "../journal/marks.ts";
import type { HistorySkip } from "../protocol.ts";
import { STATE, type StepRow } from "../journal/steps-table.ts";
import { type Entry, lastMark, ofAttempt, ofStep } from "./history-entries.ts";
import type { FailedAttempt } from "./step-rows.ts";

/** What the history of a run is made from. */
export interface HistorySource {
  /** What happened to the run as a whole: the first `limit` after a mark at least. */
  ofWhole(after: Mark, limit: number): Entry[];
  /** Steps after a place in order of start, on disk or in memory, as far as they are asked for. */
  steps(after: number): Iterable<StepRow>;
  step(place: number): StepRow | undefined;
  placeOf(row: StepRow): number;
  /** Something of it is in memory alone. */
  isAtWork(row: StepRow): boolean;
  /** Failed attempts of a step, from a number on. */
  attempts(row: StepRow, from: number, limit: number): FailedAttempt[];
}

export interface HistoryPart {
  /** In order of their marks. */
  entries: Entry[];
  /** For whoever was told everything up to a mark and goes on there. */
  skipAfter(mark: Mark): HistorySkip;
}

const NOTHING: HistorySkip = { settled: 0, open: [] };
/** More steps than this that go on beside later ones are looked at again for each page, with all that lie between. */
const MAX_OPEN = 64;
/** How often it is asked whether a page is full. */
const ENTRIES_A_LOOK = 100;
/** With fewer, a step's failed attempts are read from the first one on. */
const MANY_FAILURES = 20;

/**
 * The first `limit` things that happened after a mark. Steps overlap, so one that began long before the mark may end
 * after it. What makes reading a whole history page by page cost no more than the history is long, is that each page
 * finds out which steps have nothing more to tell (`skip`).
 */
export function historyAfter(source: HistorySource, after: Mark, limit: number, skip = NOTHING): HistoryPart {
  const { settled, open } = holds(source, after, skip) ? skip : NOTHING;
  const entries = source.ofWhole(after, limit);
  const collect = (row: StepRow): void => {
    entries.push(...ofStep(row, source.isAtWork(row)));
    const hasFailed = row.failures > 0 || row.state === STATE.failed;
    if (hasFailed) for (const failed of failedAfter(source, row, after, limit)) entries.push(...ofAttempt(row, failed));
  };
  const earlier = open.flatMap((place) => source.step(place) ?? []);
  for (const row of earlier) collect(row);
  const later: StepRow[] = [];
  let nextLook = entries.length + ENTRIES_A_LOOK;
  for (const row of source.steps(settled)) {
    later.push(row);
    collect(row);
    if (entries.length < nextLook) continue;
    nextLook = entries.length + ENTRIES_A_LOOK;
    // All that is still to come began after this one.
    if (isFull(entries, after, row.started, limit)) break;
  }
  return {
    entries: entries
      .filter(({ mark }) => mark > after)
      .toSorted((a, b) => a.mark - b.mark)
      .slice(0, limit),
    skipAfter: (mark) => skipOf(source, settled, earlier, later, mark),
  };
}

function isFull(entries: readonly Entry[], after: Mark, before: Mark, limit: number): boolean {
  let count = 0;
  for (const { mark } of entries) if (mark > after && mark <= before) count++;
  return count >= limit;
}

/** A restart takes steps away and gives their places to others, which began later. */
function holds(source: HistorySource, after: Mark, { settled }: HistorySkip): boolean {
  if (settled === 0) return false;
  const row = source.step(settled);
  return row !== undefined && row.started <= after && !source.isAtWork(row);
}

function skipOf(
  source: HistorySource,
  settledBefore: number,
  earlier: readonly StepRow[],
  later: readonly StepRow[],
  mark: Mark,
): HistorySkip {
  const isOpen = (row: StepRow): boolean => source.isAtWork(row) || !((lastMark(row) ?? mark + 1) <= mark);
  const open = earlier.filter(isOpen).map((row) => source.placeOf(row));
  let skip: HistorySkip = { settled: settledBefore, open: [...open] };
  for (const row of later) {
    if (row.started > mark || open.length >= MAX_OPEN) break;
    const place = source.placeOf(row);
    if (isOpen(row)) open.push(place);
    // What is in memory alone may be lost, and its place given to another.
    if (!source.isAtWork(row)) skip = { settled: place, open: [...open] };
  }
  return skip;
}

/** Failed attempts that ended after a mark; of a step with many, those before are not read. */
function failedAfter(source: HistorySource, row: StepRow, after: Mark, limit: number): FailedAttempt[] {
  let low = 1;
  // The first of them lies in low … high.
  for (let high = row.failures > MANY_FAILURES ? row.attempts + 1 : low; low < high;) {
    const middle = Math.floor((low + high) / 2);
    const [found] = source.attempts(row, middle, 1);
    if (found === undefined || found.ended > after) high = middle;
    else low = found.attempt + 1;
  }
  return source.attempts(row, low, limit + (row.failures > MANY_FAILURES ? 0 : MANY_FAILURES));
}
