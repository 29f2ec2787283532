import { EngineError } from "./errors.ts";
import type { ReceivedEvent } from "./events-table.ts";
import type { Execution } from "./execution.ts";
import { never } from "./never.ts";
import { doStep } from "./step-do.ts";
import { sleep, sleepUntil } from "./step-sleep.ts";
import { waitForEvent } from "./step-wait.ts";

/** What `run` receives second. Types for applications come from Cloudflare's own `WorkflowStep`. */
export interface Step {
  do(name: unknown, ...given: unknown[]): Promise<unknown>;
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
    // What a stale execution calls settles never (E3). Async, so that a refused argument rejects.
    do: async (name, ...given) => {
      forbidInRollback(execution);
      return execution.alive ? doStep(execution, name, given) : never();
    },
    sleep: async (name, duration) => (execution.alive ? sleep(execution, name, duration) : never()),
    sleepUntil: async (name, until) => (execution.alive ? sleepUntil(execution, name, until) : never()),
    waitForEvent: async (name, options) => {
      forbidInRollback(execution);
      return execution.alive ? waitForEvent(execution, name, options) : never();
    },
  };
}

function forbidInRollback(execution: Execution): void {
  if (execution.isRollingBack)
    throw new EngineError("WorkflowFatalError", "Cannot execute steps during rollback phase");
}
