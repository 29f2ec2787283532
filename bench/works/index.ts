import { runs1000x10, runs1000x20, runs100x100 } from "./many-runs.ts";
import { oneRun } from "./one-run.ts";
import type { Work } from "./work.ts";

export type { Context, Measured, Metric, Work } from "./work.ts";

/** Everything that is measured, in the order of the table. */
export const works: readonly Work[] = [oneRun, runs100x100, runs1000x10, runs1000x20];
