import { agents } from "./agents.ts";
import { creation } from "./creation.ts";
import { event } from "./event.ts";
import { fanOut } from "./fan-out.ts";
import { growthSteps, growthStored } from "./growth.ts";
import { runs1000x10, runs1000x20, runs100x100 } from "./many-runs.ts";
import { memoryLive, memorySleeping } from "./memory.ts";
import { oneRun } from "./one-run.ts";
import { replay } from "./replay.ts";
import { wake } from "./wake.ts";
import type { Work } from "./work.ts";

export type { Context, Measured, Metric, Work } from "./work.ts";

/** Everything that is measured, in the order of the table. */
export const works: readonly Work[] = [
  oneRun,
  runs100x100,
  runs1000x10,
  runs1000x20,
  agents,
  fanOut,
  creation,
  event,
  wake,
  replay,
  memoryLive,
  memorySleeping,
  growthSteps,
  growthStored,
];
