import type { BenchRecord } from "../record.ts";
import { show } from "./numbers.ts";

/** Something that is asked of Pawl, and what was found. */
export interface Verdict {
  readonly title: string;
  readonly found: string;
  readonly asked: string;
  readonly isMet: boolean;
}

type Find = (work: string, subject: string, metric: string) => number | undefined;

/** Judges one record; what a record does not hold is not judged. */
export function judge(record: BenchRecord): Verdict[] {
  const find: Find = (work, subject, metric) =>
    record.results.find((result) => result.work === work && result.subject === subject && result.metric === metric)
      ?.value;
  return [...times(find), ...shares(find)];
}

/** Pawl makes at least so many times the steps of another. */
const TIMES: readonly (readonly [work: string, subject: string, least: number])[] = [
  ["100x100", "workerd", 50],
  ["1000x10", "workerd", 50],
  ["100x100", "restate", 6],
  ["1000x10", "restate", 6],
  ["one-run", "restate", 10],
  ["one-run", "openworkflow", 10],
  ["one-run", "dbos", 10],
];

function times(find: Find): Verdict[] {
  return TIMES.flatMap(([work, subject, least]) => {
    const ours = find(work, "pawl", "steps");
    const theirs = find(work, subject, "steps");
    if (ours === undefined || theirs === undefined) return [];
    const ratio = ours / theirs;
    return [
      {
        title: `steps/s of ${subject}, ${work}`,
        found: `${show(ratio)} ×`,
        asked: `at least ${least} ×`,
        isMet: ratio >= least,
      },
    ];
  });
}

/** Pawl reaches at least so much of a raw limit. */
const SHARES: readonly (readonly [work: string, limit: string, least: number])[] = [
  ["1000x20-io", "limit-joined", 0.5],
  ["100x100", "limit-inserts", 0.25],
];

function shares(find: Find): Verdict[] {
  return SHARES.flatMap(([work, limit, least]) => {
    const ours = find(work, "pawl", "steps");
    const best = find(limit, "bare", "inserts");
    if (ours === undefined || best === undefined) return [];
    const share = ours / best;
    return [
      {
        title: `${work} of ${limit}`,
        found: `${show(share * 100)} %`,
        asked: `at least ${least * 100} %`,
        isMet: share >= least,
      },
    ];
  });
}
