import type { Operation } from "../operations.ts";
import type { SubjectFacts } from "../record.ts";

export const SUBJECTS = ["pawl", "workerd", "miniflare", "restate", "openworkflow", "dbos"] as const;
export type SubjectName = (typeof SUBJECTS)[number];

/** An engine that can be measured. */
export interface Subject {
  readonly name: SubjectName;
  /** What it can be asked. */
  readonly operations: readonly Operation[];
  /** Makes a tenth of the steps per second of the others or fewer, so some works are made smaller for it. */
  readonly slow: boolean;
  /** How many runs can be in the middle of a step by its defaults, where it says so. */
  readonly mostLive?: number;
  /** How many runs are made on it at a time at most, where more of them end it. Default: as many as the work has. */
  readonly mostRuns?: number;
  /** What it is. @throws Unavailable where it cannot run on this machine */
  facts(): Promise<SubjectFacts>;
  /** Starts it on new data. */
  readonly start: () => Promise<Running>;
}

/** A subject that runs. */
export interface Running {
  /** Answers operations (see `operations.ts`); without a slash at the end. */
  readonly url: string;
  /** The processes that keep the runs, without those that only start or watch them. */
  pids(): Promise<number[]>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Why a subject cannot be measured here; not a failure of the benchmark. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}
