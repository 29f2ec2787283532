import type { ReceivedEvent } from "./events-table.ts";
import type { Execution } from "./execution.ts";
import { doStep } from "./step-do.ts";
import { sleep, sleepUntil } from "./step-sleep.ts";
import { waitForEvent } from "./step-wait.ts";

/** What `run` receives second. Types for applications come from Cloudflare's own `WorkflowStep`. */
export interface Step {
  do(name: unknown, second: unknown, third?: unknown): Promise<unknown>;
  sleep(name: unknown, duration: unknown): Promise<void>;
  sleepUntil(name: unknown, until: unknown): Promise<void>;
  waitForEvent(name: unknown, options: unknown): Promise<ReceivedEvent>;
}

/**
 * The Agents SDK adds methods of its own to this object and wraps ours (spec §15), so it is a plain, extensible one
 * whose functions need no `this`.
 */
export function createStep(execution: Execution): Step {
  return {
    do: (name, second, third) => doStep(execution, name, second, third),
    // Async, so that a refused argument rejects as everything else does.
    sleep: async (name, duration) => sleep(execution, name, duration),
    sleepUntil: async (name, until) => sleepUntil(execution, name, until),
    waitForEvent: (name, options) => waitForEvent(execution, name, options),
  };
}
