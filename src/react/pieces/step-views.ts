import type { WorkflowRun } from "../types.ts";
import { describeRun } from "./words.ts";

/**
 * - `done`, `upcoming`: before and after the one that the run is at
 * - `current`: at work; `waiting`: it waits for an event; `failed`, `stopped`: where the run has ended
 */
export type StepState = "done" | "current" | "waiting" | "failed" | "stopped" | "upcoming";

export interface StepView {
  label: string;
  state: StepState;
}

/** A step as the application shows it. */
export interface PlannedStep {
  label: string;
  /** Whether it is the one that the run reports, or the name of the step that waits. Default: the same text as `label`. */
  match?: (step: string) => boolean;
}

/**
 * The steps of a plan, in their order, as far as the run has come. A run tells where it is, and not where it has been,
 * so without a plan there is only the present step.
 */
export function stepViews(run: WorkflowRun, plan: readonly (string | PlannedStep)[]): StepView[] {
  const steps = plan.map((step) => (typeof step === "string" ? { label: step } : step));
  if (steps.length === 0) return [{ label: describeRun(run), state: stateOf(run) }];
  const at = placeOf(run, steps);
  return steps.map(({ label }, index) => ({
    label,
    state: run.status === "complete" || index < at ? "done" : index === at ? stateOf(run) : "upcoming",
  }));
}

function stateOf({ status, waitingFor }: WorkflowRun): StepState {
  return status === "running" || status === "paused" ? (waitingFor.length > 0 ? "waiting" : "current") : ENDS[status];
}

const ENDS = { complete: "done", error: "failed", cancelled: "stopped" } as const;

/** @returns -1 when the run is at none of them */
function placeOf({ step, waitingFor }: WorkflowRun, plan: readonly PlannedStep[]): number {
  const names = [...waitingFor.map((wait) => wait.step), ...(step === null ? [] : [step])];
  for (const name of names) {
    const index = plan.findIndex(({ label, match }) => (match === undefined ? label === name : match(name)));
    if (index !== -1) return index;
  }
  return -1;
}
