import type { Phase, Status } from "../../protocol/import.ts";

/** What a person has asked for that the engine may not have done yet. Survives a crash between asking and doing. */
export type Hold = "none" | "pausing" | "paused" | "resuming";
export type Outcome = "complete" | "rejected" | "cancelled" | "failed";

export interface Facts {
  phase: Phase;
  /** The upload is complete and the import is recorded for the workflow. */
  queued: boolean;
  hold: Hold;
  outcome: Outcome | null;
  /** A decision is asked for and has not been made. */
  undecided: boolean;
}

/** The one status a person sees. An outcome is final: nothing that comes later changes it. */
export function statusOf({ phase, queued, hold, outcome, undecided }: Facts): Status {
  if (outcome !== null) return outcome;
  if (!queued) return "uploading";
  if (hold !== "none") return hold;
  if (undecided) return "waiting";
  return phase === "upload" ? "queued" : "running";
}

export type Action = "pause" | "resume" | "cancel" | "decide" | "remove";

const admitted: Record<Action, ReadonlySet<Status>> = {
  pause: new Set(["queued", "running"]),
  resume: new Set(["pausing", "paused"]),
  cancel: new Set(["uploading", "queued", "running", "pausing", "paused", "resuming", "waiting"]),
  decide: new Set(["waiting"]),
  remove: new Set(["complete", "rejected", "cancelled", "failed"]),
};

const statusWords: Record<Status, string> = {
  uploading: "is still being uploaded",
  queued: "has not started yet",
  running: "is running",
  pausing: "is about to pause",
  paused: "is paused",
  resuming: "is about to go on",
  waiting: "is waiting for a decision",
  complete: "is finished",
  rejected: "was rejected",
  cancelled: "was cancelled",
  failed: "has failed",
};

/** Why an action is not possible now, in words for the person who asked; null when it is. */
export function refusal(action: Action, status: Status): string | null {
  if (admitted[action].has(status)) return null;
  const verb = { pause: "paused", resume: "resumed", cancel: "cancelled", decide: "decided on", remove: "removed" }[
    action
  ];
  return `This import cannot be ${verb} now: it ${statusWords[status]}.`;
}

export type EngineStatus =
  | "queued"
  | "running"
  | "paused"
  | "waiting"
  | "waitingForPause"
  | "complete"
  | "errored"
  | "terminated"
  | "unknown"
  | "missing";

/** What to do so that a person's wish, the record and the engine agree again. */
export type Repair = "create" | "pause" | "resume" | "fail" | { hold: Hold } | null;

/**
 * Compares an open import with its workflow. Everything that can be lost between two writes (the server was killed
 * after recording, before acting) shows up here as a difference.
 */
export function repair(hold: Hold, engine: EngineStatus): Repair {
  return repairs[engine](hold);
}

const settleAtWork = (hold: Hold): Repair => (hold === "pausing" ? "pause" : hold === "none" ? null : { hold: "none" });
const fail = (): Repair => "fail";

const repairs: Record<EngineStatus, (hold: Hold) => Repair> = {
  missing: () => "create",
  queued: settleAtWork,
  running: settleAtWork,
  waiting: settleAtWork,
  waitingForPause: (hold) => (hold === "resuming" ? "resume" : hold === "pausing" ? null : { hold: "pausing" }),
  paused: (hold) => (hold === "resuming" ? "resume" : hold === "paused" ? null : { hold: "paused" }),
  complete: fail,
  errored: fail,
  terminated: fail,
  unknown: () => null,
};
