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
  return [...times(find), ...shares(find), ...sleepers(find), ...replays(find), ...curves(record)];
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

const SLEEPERS_MB = 100;

function sleepers(find: Find): Verdict[] {
  const found = find("memory-sleeping", "pawl", "all runs");
  if (found === undefined) return [];
  return [
    {
      title: "memory of 100,000 sleeping runs beside an idle server",
      found: `${show(found)} MB`,
      asked: `at most ${SLEEPERS_MB} MB`,
      isMet: found <= SLEEPERS_MB,
    },
  ];
}

function replays(find: Find): Verdict[] {
  const short = find("replay", "pawl", "per step at 1,000");
  const long = find("replay", "pawl", "per step at 9,000");
  if (short === undefined || long === undefined) return [];
  return [
    {
      title: "a replayed step at 9,000, beside one at 1,000",
      found: `${show(long / short)} ×`,
      asked: "at most 1 ×",
      isMet: long <= short,
    },
  ];
}

/** What repetitions of the same thing differ by; more than this from one decade to the next is a curve that bends up. */
const MOST_GROWTH = 1.25;

/** No point of a curve is above the one at a tenth of it. */
function curves({ results }: BenchRecord): Verdict[] {
  const works = new Set(results.filter(({ at }) => at !== undefined).map(({ work }) => work));
  return [...works].flatMap((work) => {
    const points = results.filter((result) => result.work === work);
    const valueAt = new Map(points.map(({ at, value }) => [at ?? 0, value]));
    const growths = points.flatMap(({ at = 0, value }) => {
      const before = valueAt.get(at / 10);
      return before === undefined ? [] : [value / before];
    });
    if (growths.length === 0) return [];
    const growth = Math.max(...growths);
    return [
      {
        title: `${work}: a point of the curve beside the one at a tenth of it`,
        found: `${show(growth)} × at most`,
        asked: `at most ${MOST_GROWTH} ×`,
        isMet: growth <= MOST_GROWTH,
      },
    ];
  });
}
