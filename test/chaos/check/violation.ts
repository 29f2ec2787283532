import type { Boot, Kill, LifeRecord } from "../record/record.ts";

/** The engine's invariants, and what the host and the agents promise beside them. */
export type Invariant = "E1" | "E2" | "E3" | "E4" | "E5" | "E6" | "E8" | "E9" | "limit" | "agents" | "log";

export interface Violation {
  readonly invariant: Invariant;
  /** What was seen, and why it must not be. */
  readonly what: string;
  readonly life?: LifeRecord;
  /** When it was seen. */
  readonly at?: number;
}

/** What a rule must know beyond the life that it looks at. */
export interface Circumstances {
  readonly boots: readonly Boot[];
  readonly kills: readonly Kill[];
  /** How late something may come that was due, not counting the time in which the server was down. */
  readonly lateMs: number;
  /** Nobody kills any more and everything has been waited for: what has not ended by now is stuck. */
  readonly isOver: boolean;
}

/** A rule looks at one life and says what is wrong with it: a pure function of what was recorded. */
export type Rule = (life: LifeRecord, circumstances: Circumstances) => Violation[];

/** Two clocks are compared nowhere, but one is read in whole milliseconds. */
export const TICK_MS = 1;
