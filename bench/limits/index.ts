import type { Work } from "../works/work.ts";
import { limitFdatasync } from "./fdatasync.ts";
import { limitInserts, limitJoined, limitReads, limitRpc, limitRpcInserts } from "./rates.ts";
import { limitBroadcast, limitEvent, limitVisits } from "./latencies.ts";
import { limitMemory } from "./memory.ts";
import { limitUpdates } from "./updates.ts";

export { startBare } from "./bare.ts";

/** What the machine and the platform do at best, measured like a work. */
export const limits: readonly Work[] = [
  limitFdatasync,
  limitInserts,
  limitJoined,
  limitRpc,
  limitRpcInserts,
  limitReads,
  limitVisits,
  limitEvent,
  limitBroadcast,
  limitUpdates,
  limitMemory,
];
