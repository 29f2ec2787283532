import type { Parameters } from "fast-check";
import { seedFor } from "../support/seed.ts";

/** Set by `npm run fuzz`; without it a build draws a fixed number of inputs. */
const MINUTES = Number(process.env["PAWL_FUZZ_MINUTES"] ?? 0);
/** Each file of this folder gets as much of the time. */
const FILES = 5;
const UNBOUNDED = 1_000_000_000;

/** Time for a test that draws, and for what it starts and stops around that. */
export const FUZZ_TIMEOUT_MS = 120_000 + MINUTES * 60_000;

/**
 * How a property of this folder is checked: with so many inputs in a build, as long as there is time in `npm run fuzz`.
 * @param share of the file's time, from 0 to 1
 */
export function draws<T>(title: string, runs: number, share = 1): Parameters<T> {
  const parameters: Parameters<T> = { seed: seedFor(`fuzz ${title}`), numRuns: runs, endOnFailure: false };
  if (MINUTES === 0) return parameters;
  const limit = (MINUTES * 60_000 * share) / FILES;
  return { ...parameters, numRuns: UNBOUNDED, interruptAfterTimeLimit: limit, markInterruptAsFailure: false };
}
