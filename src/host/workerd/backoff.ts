const FIRST_MS = 250;
const LONGEST_MS = 10_000;
/** A process that stayed up this long counts as healthy: the next failure starts from the beginning. */
const HEALTHY_MS = 60_000;

/** How often workerd has failed in a row, as seen when one more process has ended. */
export function failuresAfterExit(failuresBefore: number, uptimeMs: number): number {
  return uptimeMs >= HEALTHY_MS ? 1 : failuresBefore + 1;
}

/** How long to wait before the next start: 250 ms after the first failure, doubled each time, at most 10 s. */
export function restartDelayMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16));
}
