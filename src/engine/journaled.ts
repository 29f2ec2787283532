import type { Execution } from "./execution.ts";
import { never } from "./never.ts";

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

async function joined<T>(execution: Execution, write: () => T): Promise<T> {
  execution.pendingWrites++;
  try {
    const result = await execution.host.commits.join(() => (execution.alive ? { value: write() } : undefined));
    if (result !== undefined) return result.value;
  } catch (error) {
    if (execution.alive) execution.host.suspend(execution, error);
  } finally {
    execution.pendingWrites--;
  }
  return never();
}
