import type { Witness } from "../driver/witness.ts";
import type { Operation } from "../operations.ts";
import type { Better } from "../record.ts";
import type { Running } from "../subjects/index.ts";

/** Something that is measured, the same for each subject that can be asked for it. */
export interface Work {
  /** As `--only` takes it. */
  readonly name: string;
  /** What a subject is asked for, in one line. */
  readonly title: string;
  /** Subjects that cannot be asked for these are left out. */
  readonly needs: readonly Operation[];
  /** Only Pawl is measured. */
  readonly ownOnly?: boolean;
  readonly metrics: readonly Metric[];
  measure(context: Context): Promise<Measured>;
}

export interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly better: Better;
  /** Where the metric is one point of a curve: its place on the other axis. */
  readonly at?: number;
  /** The raw limit that it is given as a share of. */
  readonly limit?: Limit;
}

export interface Limit {
  readonly work: string;
  readonly metric: string;
  /** What the limit amounts to in the metric's own unit. Default: itself. */
  readonly inUnit?: (limit: number) => number;
}

/** What one subject has come to: for each metric one value a repetition. */
export interface Measured {
  readonly values: Values;
  readonly note?: string;
}

export type Values = Readonly<Record<string, readonly number[]>>;

export interface Context {
  readonly running: Running;
  readonly witness: Witness;
  readonly repetitions: number;
  readonly quick: boolean;
  readonly slow: boolean;
  /** How many runs the subject lets be in the middle of a step. */
  readonly mostLive: number;
  /** How many runs may be made at a time. */
  readonly mostRuns: number;
  /** What the subject can be asked, beyond what the work needs. */
  readonly operations: readonly Operation[];
  /** A prefix for ids that has not been used yet. */
  readonly prefix: () => string;
}

/** The same work in three sizes. */
export interface Sizes<T> {
  readonly full: T;
  /** For slow subjects, where the size does not change what is measured. Default: `full`. */
  readonly slow?: T;
  /** Only to see that everything works. */
  readonly quick: T;
}

export function sizeFor<T>({ quick, slow }: Context, sizes: Sizes<T>): T {
  if (quick) return sizes.quick;
  return slow ? (sizes.slow ?? sizes.full) : sizes.full;
}

/** Says so where a slow subject was given less to do. */
export function sizeNote<T>({ quick, slow }: Context, sizes: Sizes<T>, show: (size: T) => string): { note?: string } {
  return slow && !quick && sizes.slow !== undefined ? { note: show(sizes.slow) } : {};
}

/** Does it once to warm up and then as often as asked; what the last ones came to, by metric. */
export async function repeat(
  { repetitions, quick }: Context,
  once: (warmUp: boolean) => Promise<Readonly<Record<string, number>>>,
): Promise<Values> {
  if (!quick) await once(true);
  const values: Record<string, number[]> = {};
  for (let i = 0; i < repetitions; i++) {
    for (const [metric, value] of Object.entries(await once(false))) (values[metric] ??= []).push(value);
  }
  return values;
}

/** Milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
