import { setTimeout as delay } from "node:timers/promises";
import type { LockRecord } from "./lock.ts";
import { processCommand, processIdentity } from "./process-identity.ts";

/**
 * Ends a workerd that a former holder of the data directory left behind, so that two never write the same databases.
 * Normally there is none: workerd is killed together with its host. This is the second line of defence.
 * Only a process that was started at the recorded moment and whose command line names workerd and this directory counts.
 * @returns its pid when one was ended.
 */
export async function endOrphan(former: LockRecord | undefined, directory: string): Promise<number | undefined> {
  const orphan = former?.workerd;
  if (orphan === undefined || (await processIdentity(orphan.pid)) !== orphan.identity) return undefined;
  const command = await processCommand(orphan.pid);
  if (command === undefined || !command.includes("workerd") || !command.includes(directory)) return undefined;
  process.kill(orphan.pid, "SIGKILL");
  while ((await processIdentity(orphan.pid)) === orphan.identity) await delay(20);
  return orphan.pid;
}
