import type { Mark } from "../journal/marks.ts";
import { STATUS } from "../base/status.ts";
import { shownConfig } from "../steps/step-config.ts";
import { parseError } from "../steps/step-do.ts";
import { KIND, STATE, type StepRow } from "../journal/steps-table.ts";
import { FORM } from "../journal/value-store.ts";
import { isSensitive } from "./output-view.ts";
import { begunAt, type RunHead } from "./run-head.ts";
import type { FailedAttempt } from "./step-rows.ts";

/** One thing that happened, as the rows of a run tell it. */
export interface Entry {
  mark: Mark;
  type: string;
  facts: Readonly<Record<string, unknown>>;
  /** The step it is about. */
  step?: StepRow;
  /** A value that belongs to it, read only when the entry is told. */
  value?: "params" | "runOutput" | "stepOutput";
}

export function* ofRun(head: RunHead): Generator<Entry> {
  yield { mark: head.started, type: "workflow_queued", facts: {} };
  const begun = begunAt(head);
  if (begun !== undefined) {
    yield { mark: begun, type: "workflow_started", facts: {}, value: "params" };
    yield { mark: begun + 1, type: "workflow_running", facts: {} };
  }
  if (head.ended === null) return;
  const mark = head.ended;
  if (head.status === STATUS.complete) yield { mark, type: "workflow_completed", facts: {}, value: "runOutput" };
  else if (head.status === STATUS.errored) {
    const { name, message } = parseError(head.error);
    yield { mark, type: "workflow_errored", facts: { error: { name, message } } };
  } else yield { mark, type: "workflow_terminated", facts: {} };
}

/** @param isAtWork its callback is being executed, so that its last attempt has not failed yet */
export function* ofStep(step: StepRow, isAtWork: boolean): Generator<Entry> {
  const stepName = `${step.name}-${step.count}`;
  const entry = (mark: Mark, type: string, facts: Entry["facts"] = {}): Entry => ({
    mark,
    type,
    facts: { stepName, ...facts },
    step,
  });
  const { started, ended, state } = step;
  if (step.kind === KIND.sleep) {
    yield entry(started, "sleep_started", { durationMs: step.wait_ms });
    if (ended !== null) yield entry(ended, "sleep_completed");
    return;
  }
  if (step.kind === KIND.waitForEvent) {
    yield entry(started, "wait_started", { eventType: step.event_type });
    if (ended !== null) yield entry(ended, state === STATE.completed ? "wait_completed" : "wait_timed_out");
    return;
  }
  yield entry(started, "step_started", { config: shownConfig(step.config) });
  const attempt = step.attempts;
  // Failed attempts have rows of their own; this is the one that is under way or has succeeded.
  if (state === STATE.completed || isAtWork || (state === STATE.pending && attempt > step.failures)) {
    yield entry(step.attempt_started ?? started + 1, "attempt_started", { attempt });
  }
  if (ended === null) return;
  if (state === STATE.completed) {
    yield entry(ended, "attempt_completed", { attempt });
    const hasOutput = step.form !== FORM.none || isSensitive(step);
    const completed = entry(ended + 1, "step_completed");
    yield hasOutput ? { ...completed, value: "stepOutput" } : completed;
  } else yield entry(ended + 1, "step_errored");
}

export function* ofAttempt(step: StepRow, failed: FailedAttempt): Generator<Entry> {
  const { attempt, started, ended, delay_ms: delayMs } = failed;
  const stepName = `${step.name}-${step.count}`;
  yield { mark: started, type: "attempt_started", facts: { stepName, attempt }, step };
  const { name, message } = parseError(failed.error);
  const facts = { stepName, attempt, error: { name, message } };
  yield {
    mark: ended,
    type: "attempt_errored",
    facts: delayMs === null ? facts : { ...facts, retryDelayMs: delayMs },
    step,
  };
}

/** Nothing of the step comes after this any more; `undefined` while something may. */
export function lastMark({ state, ended }: StepRow): Mark | undefined {
  // The end of an attempt and that of its step are two marks.
  return state === STATE.pending || ended === null ? undefined : ended + 1;
}
