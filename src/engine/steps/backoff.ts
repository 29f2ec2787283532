export type Backoff = "constant" | "linear" | "exponential";

/**
 * The delay before the next attempt, in ms, after the `failures`-th failed one (from 1): constant `d`, linear `d·k`,
 * exponential `d·2^(k-1)`; no jitter and no cap (spec §6.5), except that no wait is longer than `maxMs`.
 */
export function retryDelayMs(backoff: Backoff, delayMs: number, failures: number, maxMs: number): number {
  // After a thousand failures the factor is infinite, and no time at all of it would be no number.
  if (delayMs === 0) return 0;
  const factor = backoff === "constant" ? 1 : backoff === "linear" ? failures : 2 ** (failures - 1);
  return Math.min(delayMs * factor, maxMs);
}
