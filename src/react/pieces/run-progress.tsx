import type { ElementType, HTMLAttributes, ReactNode } from "react";
import type { WorkflowRun } from "../types.ts";
import { Announcement, useCalmText } from "./announcement.tsx";
import { describeRun, percentOf } from "./words.ts";

export interface RunProgressProps extends Omit<HTMLAttributes<HTMLElement>, "children" | "role"> {
  /** Null renders no bar. */
  run: WorkflowRun | null;
  /** Name of the bar for those who do not see it. Default: `Progress`. */
  label?: string | undefined;
  /** What the run is doing, in words; for another language than English. */
  describe?: ((run: WorkflowRun) => string) | undefined;
  /** False: what changes is not read out. Default: true. */
  announce?: boolean | undefined;
  /** Element of the bar. Default: `div`. */
  as?: ElementType | undefined;
  /** What the bar looks like inside. Default: a `div` with `data-part="bar"` as wide as the progress. */
  children?: ReactNode | ((run: WorkflowRun) => ReactNode);
}

/**
 * How far a run is: an element of the role `progressbar`, and a polite live region that says what the run does when it
 * does something else, not at every percent. No styles; `data-status` has the run's status.
 */
export function RunProgress({
  run,
  label = "Progress",
  describe = describeRun,
  announce = true,
  as: Bar = "div",
  children,
  ...attributes
}: RunProgressProps): ReactNode {
  const words = run === null ? "" : describe(run);
  const wait = run?.waitingFor[0];
  const urgency = run === null ? "" : [run.id, run.startedAt, run.status, wait?.step, wait?.since].join(" ");
  const announced = useCalmText(words, urgency);
  const percent = run === null ? 0 : percentOf(run);
  return (
    <>
      {run !== null && (
        <Bar
          aria-label={label}
          {...attributes}
          // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a progress element can neither hold nor look like anything else
          role="progressbar"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          aria-valuetext={`${percent}%, ${words}`}
          data-status={run.status}
        >
          {typeof children === "function"
            ? children(run)
            : (children ?? <div data-part="bar" style={{ width: `${percent}%` }} />)}
        </Bar>
      )}
      {announce && <Announcement text={announced} />}
    </>
  );
}
