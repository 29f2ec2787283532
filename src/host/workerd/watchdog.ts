import { setTimeout as delay } from "node:timers/promises";

export interface WatchdogOptions {
  /** Asks workerd for a sign of life; rejects when there is none within the time. */
  readonly check: (timeoutMs: number) => Promise<void>;
  /** How long workerd may stay silent. */
  readonly limitMs: number;
  /** Pause between two checks. */
  readonly intervalMs: number;
  /** Called once when the limit has passed without a sign of life. */
  readonly onBlocked: (silentMs: number) => void;
  readonly signal: AbortSignal;
}

/** One last question before the verdict: the host itself may have been stopped (Ctrl-Z) while answers waited. */
const LAST_CHANCE_MS = 1000;

/**
 * workerd runs everything on one thread: a loop that does not end silences it for good, SIGTERM included.
 * Watches until the signal aborts or the limit has passed.
 */
export async function watch(options: WatchdogOptions): Promise<void> {
  const { check, limitMs, intervalMs, signal } = options;
  let lastSign = performance.now();
  while (!signal.aborted) {
    if (await answers(check, limitMs)) {
      lastSign = performance.now();
    } else if (performance.now() - lastSign >= limitMs && !(await answers(check, LAST_CHANCE_MS))) {
      if (!signal.aborted) options.onBlocked(performance.now() - lastSign);
      return;
    }
    await delay(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

async function answers(check: WatchdogOptions["check"], timeoutMs: number): Promise<boolean> {
  try {
    await check(timeoutMs);
    return true;
  } catch {
    // Silence and a refused connection look the same from here: no sign of life.
    return false;
  }
}
