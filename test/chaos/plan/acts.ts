import type { Plan, StepAct } from "../../fixtures/chaos-app/protocol.ts";

/** A step whose callback has an effect outside. */
export type EffectAct = Extract<StepAct, { act: "do" | "agent" | "create" }>;
export type WaitAct = Extract<StepAct, { act: "wait" }>;

/** A step and where it stands in its plan. */
export interface Placed<T extends StepAct = StepAct> {
  readonly act: T;
  /** Index at the top of the plan of the step, or of the `together` around it. */
  readonly top: number;
  /** Index of the branch of a `together`, else undefined. */
  readonly branch: number | undefined;
}

/** Every step of a plan in order of the code, the branches of a `together` one after the other. */
export function stepsOf(plan: Pick<Plan, "acts">): Placed[] {
  return plan.acts.flatMap((act, top): Placed[] => {
    if (act.act !== "together") return [{ act, top, branch: undefined }];
    return act.branches.flatMap((acts, branch) => acts.map((inner) => ({ act: inner, top, branch })));
  });
}

export function hasEffect(placed: Placed): placed is Placed<EffectAct> {
  return placed.act.act === "do" || placed.act.act === "agent" || placed.act.act === "create";
}

export function isWait(placed: Placed): placed is Placed<WaitAct> {
  return placed.act.act === "wait";
}

/** Whether the code has the result of one step when it comes to another. */
export function isBefore(one: Placed, other: Placed): boolean {
  if (one.top !== other.top) return one.top < other.top;
  return one.branch === other.branch && one.act.at < other.act.at;
}

/** Whether a step of it can be taken back. */
export function isUndoable(plan: Plan): boolean {
  return stepsOf(plan).some(({ act }) => act.act === "do" && act.undo);
}

/** How the engine names the kind of a step. */
export function kindOf({ act }: StepAct): "do" | "sleep" | "waitForEvent" {
  if (act === "sleep") return "sleep";
  return act === "wait" ? "waitForEvent" : "do";
}
