import { EngineError } from "../base/errors.ts";
import type { Timer, Timers } from "../time/timers.ts";

export type Outcome = { value: unknown } | { thrown: unknown };

/**
 * Calls code of the application with a limit on its time; what comes later is discarded (spec §6.7). No promise is made
 * but one, and none where the code has not: this is done for every step.
 * @param finish what is to be done with the value within the time, where that takes any
 */
export function callBack(
  timers: Timers,
  limitMs: number,
  call: () => unknown,
  finish?: (value: unknown) => Promise<unknown> | undefined,
): Outcome | Promise<Outcome> {
  try {
    const returned = call();
    if (isThenable(returned)) return withTimeout(timers, limitMs, returned, finish);
    const finished = finish?.(returned);
    return finished === undefined ? { value: returned } : withTimeout(timers, limitMs, finished);
  } catch (thrown) {
    return { thrown };
  }
}

function withTimeout(
  timers: Timers,
  limitMs: number,
  returned: PromiseLike<unknown>,
  finish?: (value: unknown) => Promise<unknown> | undefined,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const timer = timers.add(Date.now() + limitMs, () => {
      resolve({ thrown: new EngineError("WorkflowTimeoutError", `Execution timed out after ${limitMs}ms`) });
    });
    // The bundler gives every closure with a name its name when it is made, which costs; so these have none.
    try {
      returned.then(
        (value) => {
          const finished = finish?.(value);
          if (finished === undefined) end(timers, timer, resolve, { value });
          else void outcomeOf(finished).then((outcome) => end(timers, timer, resolve, outcome));
        },
        (thrown: unknown) => end(timers, timer, resolve, { thrown }),
      );
    } catch (thrown) {
      end(timers, timer, resolve, { thrown });
    }
  });
}

function end(timers: Timers, timer: Timer, resolve: (outcome: Outcome) => void, outcome: Outcome): void {
  timers.cancel(timer);
  resolve(outcome);
}

async function outcomeOf(promise: Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await promise };
  } catch (thrown) {
    return { thrown };
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "then") === "function";
}
