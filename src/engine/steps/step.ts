import { EngineError } from "../base/errors.ts";
import type { ReceivedEvent } from "../journal/events-table.ts";
import type { Execution } from "../runs/execution.ts";
import { never } from "../base/never.ts";
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
  const watched = <T>(call: () => Promise<T>): Promise<T> =>
    execution.host.caution.isOn ? watch(execution, call) : call();
  return {
    // What a stale execution calls settles never (E3). Async, so that a refused argument rejects.
    do: async (name, ...given) => {
      forbidInRollback(execution);
      return execution.alive ? watched(() => doStep(execution, name, given)) : never();
    },
    sleep: async (name, duration) => {
      forbidInRollback(execution);
      return execution.alive ? watched(() => sleep(execution, name, duration)) : never();
    },
    sleepUntil: async (name, until) => {
      forbidInRollback(execution);
      return execution.alive ? watched(() => sleepUntil(execution, name, until)) : never();
    },
    waitForEvent: async (name, options) => {
      forbidInRollback(execution);
      return execution.alive ? watched(() => waitForEvent(execution, name, options)) : never();
    },
  };
}

/** The code between steps ends where a step begins, and begins again where it ends. */
async function watch<T>(execution: Execution, call: () => Promise<T>): Promise<T> {
  execution.leaveCode();
  // The step takes its key before its first await.
  const promise = call();
  const step = execution.lastStep;
  try {
    return await promise;
  } finally {
    if (!(await execution.enterCode(step))) await never();
  }
}

function forbidInRollback(execution: Execution): void {
  if (execution.isRollingBack)
    throw new EngineError("WorkflowFatalError", "Cannot execute steps during rollback phase");
}
