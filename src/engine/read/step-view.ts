import { timeOf } from "../journal/marks.ts";
import { shownConfig } from "../steps/step-config.ts";
import { parseError } from "../steps/step-do.ts";
import { KIND, STATE, type StepRow } from "../journal/steps-table.ts";
import { errorView, errorViewWithStack } from "./error-view.ts";
import { jsonView } from "./json-view.ts";
import { outputView } from "./output-view.ts";
import type { AttemptView, StepState, StepView } from "./read-protocol.ts";
import type { RunReader } from "./run-reader.ts";
import { type FailedAttempt, placeOf } from "./step-rows.ts";

/** Attempts that failed which are shown with their step; the others have pages of their own. */
const ATTEMPTS_SHOWN = 10;
const KINDS: readonly StepView["kind"][] = ["do", "sleep", "waitForEvent"];
const ROLLBACKS: readonly StepView["rollback"][] = ["registered", "done", "failed"];

export function kindOf(row: StepRow): StepView["kind"] {
  return KINDS[row.kind] ?? "do";
}

export function stepView(reader: RunReader, row: StepRow): StepView {
  const view: StepView = {
    place: placeOf(row, reader.head.run),
    kind: kindOf(row),
    name: row.name,
    count: row.count,
    state: stateOf(reader, row),
    startedAt: timeOf(row.started),
  };
  if (row.ended !== null) view.endedAt = timeOf(row.ended);
  if (row.due_at !== null && view.state === "waiting") view.dueAt = row.due_at;
  if (row.held_ms !== null) view.heldMs = row.held_ms;
  if (row.wait_ms !== null) view.waitMs = row.wait_ms;
  if (row.event_type !== null) view.eventType = row.event_type;
  if (row.kind === KIND.do) {
    view.config = jsonView(shownConfig(row.config)).value;
    const { attempts, hasEarlier } = attemptsOf(reader, row, Number.MAX_SAFE_INTEGER, ATTEMPTS_SHOWN);
    view.attempts = attempts;
    if (hasEarlier) view.hasEarlierAttempts = true;
  }
  const output = outputView(reader, row);
  if (output !== undefined) view.output = output;
  if (row.state === STATE.failed) view.error = errorView(parseError(row.error));
  const rollback = row.rollback === null ? undefined : ROLLBACKS[row.rollback];
  if (rollback !== undefined) view.rollback = rollback;
  return view;
}

function stateOf(reader: RunReader, row: StepRow): StepState {
  if (row.state === STATE.completed) return "completed";
  if (row.state === STATE.failed) return "failed";
  const isAtWork = reader.steps.isAtWork(row.step);
  if (row.kind === KIND.do && isAtWork) return "running";
  return isAtWork || row.due_at !== null || row.held_ms !== null ? "waiting" : "interrupted";
}

/**
 * Attempts of a `step.do` with a smaller number than `before`, in order: up to `limit` that failed, and the one that is
 * under way or has succeeded.
 */
export function attemptsOf(
  reader: RunReader,
  row: StepRow,
  before: number,
  limit: number,
): { attempts: AttemptView[]; hasEarlier: boolean } {
  const hasFailed = row.failures > 0 || row.state === STATE.failed;
  const failed = hasFailed ? reader.steps.failedBefore(row.step, before, limit + 1) : [];
  const attempts = failed.slice(0, limit).toReversed().map(failedView);
  const last = lastAttempt(reader, row);
  // While an attempt's failure is being written, it is in both.
  if (last !== undefined && last.attempt < before && last.attempt > (failed[0]?.attempt ?? 0)) attempts.push(last);
  return { attempts, hasEarlier: failed.length > limit };
}

function failedView({ attempt, started, ended, delay_ms: delayMs, error }: FailedAttempt): AttemptView {
  const view: AttemptView = {
    attempt,
    state: "failed",
    startedAt: timeOf(started),
    endedAt: timeOf(ended),
    error: errorViewWithStack(parseError(error)),
  };
  if (delayMs !== null) view.delayMs = delayMs;
  return view;
}

/** The attempt that has no row of its own because it has not failed. */
function lastAttempt(reader: RunReader, row: StepRow): AttemptView | undefined {
  const startedAt = timeOf(row.attempt_started ?? row.started + 1);
  const { attempts: attempt } = row;
  if (row.state === STATE.completed && row.ended !== null) {
    return { attempt, state: "completed", startedAt, endedAt: timeOf(row.ended) };
  }
  if (row.state !== STATE.pending || attempt === 0) return undefined;
  return { attempt, state: reader.steps.isAtWork(row.step) ? "running" : "interrupted", startedAt };
}
