import { EngineError } from "./errors.ts";
import type { Timers } from "./timers.ts";

export type Outcome = { value: unknown } | { thrown: unknown };

/** Calls code of the application with a limit on its time; what comes later is discarded (spec §6.7). */
export async function callBack(timers: Timers, limitMs: number, call: () => unknown): Promise<Outcome> {
  try {
    const returned = call();
    return { value: isThenable(returned) ? await withTimeout(timers, limitMs, returned) : returned };
  } catch (thrown) {
    return { thrown };
  }
}

function withTimeout(timers: Timers, limitMs: number, returned: PromiseLike<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = timers.add(Date.now() + limitMs, () => {
      reject(new EngineError("WorkflowTimeoutError", `Execution timed out after ${limitMs}ms`));
    });
    returned.then(
      (value) => {
        timers.cancel(timer);
        resolve(value);
      },
      (error: unknown) => {
        timers.cancel(timer);
        reject(error);
      },
    );
  });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "then") === "function";
}
