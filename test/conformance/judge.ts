import { type Difference, brief, type Seen } from "./difference.ts";
import { compareOutcomes, countValues, type Divergence } from "./diff.ts";
import type { Listed, Outcome } from "./hosts/client.ts";

export type Outcomes = ReadonlyMap<string, Outcome>;

/** Everything that was seen. */
export interface Observed {
  readonly programs: readonly Listed[];
  /** Cloudflare's engine bundled in workerd. */
  readonly workerd: Outcomes;
  readonly pawl: Outcomes;
  /** Ours again, with a replay between any two steps. */
  readonly replayed: Outcomes;
  /** The engine of `wrangler dev`, for the programs that rows of the kind `engines` name. */
  readonly miniflare: Outcomes;
  /** Programs that were run again, alone, once for each time. */
  readonly again: readonly string[];
}

export interface Found extends Divergence {
  readonly program: string;
}

export interface Verdict {
  readonly programs: number;
  /** Values that were compared between the two engines. */
  readonly comparisons: number;
  /** Places where they differ and the table says so, rightly. */
  readonly listed: readonly Found[];
  /** Places where they differ and the table does not say so, or says something else. */
  readonly unlisted: readonly Found[];
  /** Places that the table lists and where they no longer differ: `program path`. */
  readonly stale: readonly string[];
  /** Where a replay between any two steps changes an outcome of ours: `left` without, `right` with it. */
  readonly replay: readonly Found[];
  /** Where a row says that `wrangler dev` does as Pawl does, and it does not: `left` is what it does. */
  readonly unwitnessed: readonly Found[];
  /** Programs that were run again because they had not come out as the table says at first. */
  readonly again: readonly string[];
}

/** Programs that have not come out as the table says. */
export function suspects({ unlisted, stale, replay, unwitnessed: others }: Verdict): string[] {
  const named = [...unlisted, ...replay, ...others].map(({ program }) => program);
  return [...new Set([...named, ...stale.map((place) => place.split(" ")[0] ?? "")])];
}

/** Compares what was seen with what the table of differences says. */
export function judge(observed: Observed, differences: readonly Difference[]): Verdict {
  const { programs, workerd, pawl, replayed, miniflare } = observed;
  const found = compareAll(programs, workerd, pawl);
  const isListed = (divergence: Found): boolean => differences.some((row) => says(row, divergence));
  const places = new Set(found.map(({ program, path }) => `${program} ${path}`));
  return {
    programs: programs.length,
    comparisons: programs.reduce((sum, { name }) => sum + countValues(outcomeOf(workerd, name)), 0),
    listed: found.filter(isListed),
    unlisted: found.filter((divergence) => !isListed(divergence)),
    stale: placesOf(differences).filter((place) => !places.has(place)),
    replay: compareAll(programs, pawl, replayed),
    unwitnessed: differences
      .filter(({ kind }) => kind === "engines")
      .flatMap((row) => unwitnessed(row, miniflare, pawl)),
    again: [...new Set(observed.again)],
  };
}

function compareAll(programs: readonly Listed[], left: Outcomes, right: Outcomes): Found[] {
  return programs.flatMap(({ name }) =>
    compareOutcomes(outcomeOf(left, name), outcomeOf(right, name)).map((divergence) => ({
      program: name,
      ...divergence,
    })),
  );
}

function outcomeOf(outcomes: Outcomes, name: string): Outcome {
  const outcome = outcomes.get(name);
  if (outcome === undefined) throw new Error(`the program ${name} was not run`);
  return outcome;
}

function says({ where }: Difference, { program, path, left, right }: Found): boolean {
  const seen: Seen | undefined = where[program]?.[path];
  if (seen === undefined) return false;
  const same = JSON.stringify([seen.cloudflare, seen.pawl]) === JSON.stringify([brief(left), brief(right)]);
  return same;
}

function placesOf(differences: readonly Difference[]): string[] {
  return differences.flatMap(({ where }) =>
    Object.entries(where).flatMap(([program, paths]) => Object.keys(paths).map((path) => `${program} ${path}`)),
  );
}

function unwitnessed({ where }: Difference, miniflare: Outcomes, pawl: Outcomes): Found[] {
  return Object.entries(where).flatMap(([program, paths]) => {
    const divergences = compareOutcomes(outcomeOf(miniflare, program), outcomeOf(pawl, program));
    const isNamed = ({ path }: Divergence): boolean =>
      Object.keys(paths).some((named) => path.startsWith(named) || named.startsWith(path));
    return divergences.filter(isNamed).map((divergence) => ({ program, ...divergence }));
  });
}

/**
 * The table brought up to what was seen: places that no longer differ are gone, with a row that only said that something
 * was missing; values are the present ones, and what is new stands in a row without a reason, which fails until somebody has given one.
 */
export function record(verdict: Verdict, differences: readonly Difference[]): Difference[] {
  const found = [...verdict.listed, ...verdict.unlisted];
  const seenAt = new Map(found.map((divergence) => [`${divergence.program} ${divergence.path}`, divergence]));
  const rows = differences.map((row): Difference => {
    const where: Record<string, Record<string, Seen>> = {};
    for (const [program, paths] of Object.entries(row.where)) {
      for (const path of Object.keys(paths)) take(where, seenAt, `${program} ${path}`);
    }
    return { ...row, where };
  });
  const kept = rows.filter(({ kind, where }) => kind !== "missing" || Object.keys(where).length > 0);
  const rest: Record<string, Record<string, Seen>> = {};
  for (const place of seenAt.keys()) take(rest, seenAt, place);
  if (Object.keys(rest).length === 0) return kept;
  return [...kept, { topic: "", kind: "missing", cloudflare: "", pawl: "", why: "", where: rest }];
}

function take(where: Record<string, Record<string, Seen>>, seenAt: Map<string, Found>, place: string): void {
  const found = seenAt.get(place);
  if (found === undefined) return;
  seenAt.delete(place);
  (where[found.program] ??= {})[found.path] = { cloudflare: brief(found.left), pawl: brief(found.right) };
}
