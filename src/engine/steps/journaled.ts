import type { Execution } from "../runs/execution.ts";
import { never } from "../base/never.ts";

/**
 * Writes to the journal on behalf of an execution and resolves when that is done; then user code may go on. When the
 * execution has become stale by then, nothing is written and the call settles never (E3). When the write itself fails,
 * the execution is given up and run again from what is on disk: the failure is not the application's (E8).
 */
export function journaled<T>(execution: Execution, write: () => T): T | Promise<T> {
  const { commits } = execution.host;
  if (commits.now()) {
    if (!execution.alive) return never();
    try {
      return write();
    } catch (error) {
      execution.host.suspend(execution, error);
      return never();
    }
  }
  return joined(execution, write);
}

function joined<T>(execution: Execution, write: () => T): Promise<T> {
  execution.pendingWrites++;
  return new Promise((resolve) => {
    execution.host.commits.journal(() => {
      execution.pendingWrites--;
      // Settles never when it has become stale.
      if (!execution.alive) return;
      try {
        resolve(write());
      } catch (error) {
        execution.host.suspend(execution, error);
      }
    });
  });
}
