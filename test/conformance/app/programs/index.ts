import type { Program } from "../program.ts";
import { attempts } from "./attempts.ts";
import { batches } from "./batches.ts";
import { binding } from "./binding.ts";
import { event } from "./event.ts";
import { failures } from "./failures.ts";
import { identity } from "./identity.ts";
import { instance } from "./instance.ts";
import { outcome } from "./outcome.ts";
import { pauses } from "./pause.ts";
import { restarts } from "./restart.ts";
import { results } from "./results.ts";
import { rollbackHandlers } from "./rollback-handlers.ts";
import { rollback } from "./rollback.ts";
import { sdk } from "./sdk.ts";
import { stepArguments } from "./step-arguments.ts";
import { streams } from "./streams.ts";
import { subscribe } from "./subscribe.ts";
import { time } from "./time.ts";
import { together } from "./together.ts";
import { waits } from "./waits.ts";

/** In the order of the specification's sections. */
export const programs: readonly Program[] = [
  ...binding,
  ...batches,
  ...instance,
  ...pauses,
  ...restarts,
  ...subscribe,
  ...event,
  ...outcome,
  ...stepArguments,
  ...identity,
  ...attempts,
  ...failures,
  ...results,
  ...streams,
  ...together,
  ...time,
  ...waits,
  ...rollbackHandlers,
  ...rollback,
  ...sdk,
];
