import type { PlanStyle } from "./make-plan.ts";
import type { Random } from "./random.ts";

/** What is done to a run from outside while it performs its plan. */
export interface Script {
  readonly moves: readonly Move[];
  /** What becomes of the run after its end. */
  readonly afterwards: "stay" | "restart" | "delete" | "delete and create anew";
}

export type Move = Moment &
  (
    | { readonly move: "pause"; readonly forMs: number }
    | { readonly move: "terminate"; readonly rollback: boolean; readonly restartAfterMs: number | undefined }
    | { readonly move: "restart" }
    | { readonly move: "restart from a step" }
    | { readonly move: "delete"; readonly createAnew: boolean }
    | { readonly move: "look" }
  );

/** As soon as the witness has seen so many effects of the run, or after this time if they do not come. */
export interface Moment {
  readonly effects: number;
  readonly withinMs: number;
}

/** Which moves a run admits. */
export interface Admits {
  /** It has something to take back. */
  readonly undo: boolean;
  /** It belongs to an agent that commands it whole: it does not delete it, nor restart it from a step. */
  readonly board: boolean;
}

export function makeScript(random: Random, admits: Admits): Script {
  const moves: Move[] = [];
  const count = random.weighted({ none: 4, one: 5, two: 2 });
  for (let i = count === "none" ? 2 : count === "one" ? 1 : 0; i < 2; i++) moves.push(makeMove(random, admits));
  const deleted = admits.board ? 0 : 6;
  return {
    moves,
    afterwards: random.weighted({
      stay: 80,
      restart: 6,
      delete: deleted,
      "delete and create anew": deleted + deleted / 3,
    }),
  };
}

function makeMove(random: Random, { undo, board }: Admits): Move {
  const moment = { effects: random.between(0, 8), withinMs: random.between(50, 2500) };
  // What was taken back would have to be done again, by the code's own means: not the engine's matter.
  const restartFrom = undo || board ? 0 : 14;
  const terminate = undo || board ? 30 : 10;
  switch (random.weighted({ pause: 40, look: 25, terminate, restart: 8, restartFrom, delete: board ? 0 : 5 })) {
    case "pause":
      return { ...moment, move: "pause", forMs: random.between(20, random.chance(0.7) ? 500 : 2500) };
    case "look":
      return { ...moment, move: "look" };
    case "terminate": {
      const restartAfterMs = random.chance(0.4) ? random.between(20, 800) : undefined;
      return { ...moment, move: "terminate", rollback: undo && !board && random.chance(0.7), restartAfterMs };
    }
    case "restart":
      return { ...moment, move: "restart" };
    case "restartFrom":
      return { ...moment, move: "restart from a step" };
    case "delete":
      break;
  }
  return { ...moment, move: "delete", createAnew: random.chance(0.6) };
}

/** How long to wait before the event for a wait is sent: often before the wait begins, sometimes long after. */
export function eventDelayMs(random: Random, { longWaits }: PlanStyle): number {
  if (longWaits !== undefined && random.chance(longWaits.share)) return random.between(...longWaits.ms);
  return random.chance(0.7) ? random.between(0, 400) : random.between(400, 2500);
}
