import { parseDuration } from "../time/duration.ts";
import { EngineError, type ErrorRecord, isNonRetryable, recordOf, reviveError } from "../base/errors.ts";
import { delayMs, type StepConfig, type StepContext } from "./step-config.ts";
import type { Timers } from "../time/timers.ts";

/** What follows a failed attempt: another after `delay` ms, or the end with this error. */
export type RetryPlan = { delay: number } | { error: ErrorRecord };

const DELAY_FUNCTION_MS = 5000;
const LATE = Symbol("late");

/** @param failures how many attempts have failed, this one included */
export async function planRetry(
  timers: Timers,
  config: StepConfig,
  context: StepContext,
  failures: number,
  thrown: unknown,
  keepsNames: boolean,
): Promise<RetryPlan> {
  const error = recordOf(thrown, keepsNames);
  const { limit, delay } = config.retries;
  if (isNonRetryable(thrown) || failures > limit) return { error };
  if (typeof delay !== "function") return { delay: delayMs(config, parseDuration(delay) ?? 0, failures) };
  const { name, count } = context.step;
  const broken = (what: string): RetryPlan => ({
    error: recordOf(
      new EngineError("NonRetryableDelayError", `The delay function for step "${name}-${count}" ${what}`),
      keepsNames,
    ),
  });
  let late = (): void => {};
  const limited = new Promise<typeof LATE>((resolve) => {
    late = () => resolve(LATE);
  });
  const timer = timers.add(Date.now() + DELAY_FUNCTION_MS, late);
  try {
    const answer = await Promise.race([delay({ ctx: context, error: reviveError(error) }), limited]);
    if (answer === LATE) return broken("did not return within 5 seconds");
    const base = parseDuration(answer);
    if (base === undefined || base < 0) {
      return broken('returned an invalid delay value (expected a number of ms or a duration string like "30 seconds")');
    }
    return { delay: delayMs(config, base, failures) };
  } catch (failure) {
    return broken(`threw an error: ${recordOf(failure).message}`);
  } finally {
    timers.cancel(timer);
  }
}
