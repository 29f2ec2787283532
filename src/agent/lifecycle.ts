import type { Action, RunStatus } from "./protocol.ts";

/** How a run has ended, as far as the agent knows. The first word counts. */
export type Outcome = "complete" | "error" | "cancelled";

export interface Facts {
  /** The engine holds it, or will at the end of the step that is at work. */
  paused: boolean;
  outcome: Outcome | null;
}

/** A run that has said it is done while it was being paused is paused until it is let go on to its end. */
export function statusOf({ paused, outcome }: Facts): RunStatus {
  if (outcome === "cancelled") return outcome;
  return paused ? "paused" : (outcome ?? "running");
}

/** Whether what a run reports still counts: nothing revives a run that has ended, or ends it in another way. */
export function admitsReports({ outcome }: Facts): boolean {
  return outcome === null;
}

export function isEnded(status: RunStatus): boolean {
  return status !== "running" && status !== "paused";
}

const LIVE: ReadonlySet<RunStatus> = new Set(["running", "paused"]);
const ENDED: ReadonlySet<RunStatus> = new Set(["complete", "error", "cancelled"]);
const ANY: ReadonlySet<RunStatus> = new Set([...LIVE, ...ENDED]);

/** What is asked of a run that exists. */
export type RunAction = Exclude<Action, "start">;

const ADMITTED: Record<RunAction, ReadonlySet<RunStatus>> = {
  read: ANY,
  // To ask for what is so already is no mistake: another client may have been faster.
  pause: LIVE,
  resume: LIVE,
  cancel: LIVE,
  restart: ANY,
  approve: LIVE,
  reject: LIVE,
  sendEvent: LIVE,
  delete: ENDED,
};

const VERBS: Record<RunAction, string> = {
  read: "read",
  pause: "paused",
  resume: "resumed",
  cancel: "cancelled",
  restart: "restarted",
  approve: "approved",
  reject: "rejected",
  sendEvent: "sent an event",
  delete: "deleted",
};

const STATES: Record<RunStatus, string> = {
  running: "it is running",
  paused: "it is paused",
  complete: "it is complete",
  error: "it has failed",
  cancelled: "it was cancelled",
};

/** Why an action is not possible now; null when it is. Codes in brackets are those of the engine. */
export function refusal(action: RunAction, status: RunStatus): string | null {
  if (ADMITTED[action].has(status)) return null;
  const code = action === "cancel" ? " (instance.cannot_terminate)" : "";
  return `This run cannot be ${VERBS[action]}: ${STATES[status]}.${code}`;
}
