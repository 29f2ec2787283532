import type { ElementType, HTMLAttributes, ReactNode } from "react";
import type { WorkflowRun } from "../types.ts";
import { HiddenText } from "./announcement.tsx";
import { type PlannedStep, type StepState, type StepView, stepViews } from "./step-views.ts";

export interface RunStepsProps extends Omit<HTMLAttributes<HTMLElement>, "children"> {
  /** Null renders nothing. */
  run: WorkflowRun | null;
  /** The steps that the run goes through, in order, each with a label of its own. Default: the present one alone. */
  steps?: readonly (string | PlannedStep)[] | undefined;
  /** What is read out behind each label; for another language than English. */
  words?: Partial<Record<StepState, string>> | undefined;
  /** Element of the list. Default: `ol`. */
  as?: ElementType | undefined;
  /** What is inside an item. Default: the label, and its state for those who do not see it. */
  children?: ((step: StepView, index: number) => ReactNode) | undefined;
}

const WORDS: Record<StepState, string> = {
  done: "done",
  current: "in progress",
  waiting: "waiting",
  failed: "failed",
  stopped: "stopped",
  upcoming: "to come",
};

/** Where a run is: a list with `data-state` on each item, and `aria-current="step"` on the present one. No styles. */
export function RunSteps({ run, steps, words, as: List = "ol", children, ...attributes }: RunStepsProps): ReactNode {
  if (run === null) return null;
  const texts = { ...WORDS, ...words };
  return (
    <List aria-label="Steps" {...attributes} data-status={run.status}>
      {stepViews(run, steps ?? []).map((step, index) => (
        <li
          key={step.label}
          data-state={step.state}
          aria-current={step.state === "current" || step.state === "waiting" ? "step" : undefined}
        >
          {children === undefined ? (
            <>
              {step.label}
              <HiddenText>{`, ${texts[step.state]}`}</HiddenText>
            </>
          ) : (
            children(step, index)
          )}
        </li>
      ))}
    </List>
  );
}
