import type { Facts, Outcome } from "../lifecycle.ts";

/** What the agent's record of a run has to become, so that it agrees with the engine. */
export type Verdict =
  /** The instance was never created: do it now. */
  | { kind: "create" }
  | { kind: "agree" }
  | { kind: "paused"; paused: boolean }
  | { kind: "ended"; outcome: Outcome; error: string | null };

export interface Known extends Facts {
  created: boolean;
  error: string | null;
}

const GONE = "The workflow instance of this run does not exist any more.";

/**
 * Compares what the agent knows of a run with what the engine says of it.
 *
 * @param status the engine's, or `missing` when it has no such instance
 */
export function compare(known: Known, status: string, error: string | undefined): Verdict {
  switch (status) {
    case "missing":
      if (!known.created) return { kind: "create" };
      return known.outcome === null ? { kind: "ended", outcome: "error", error: GONE } : confirm(known, known.outcome);
    case "complete":
      return confirm(known, "complete");
    case "errored":
      // A run that has said it is complete and failed after that has failed.
      return known.outcome === "error"
        ? confirm(known, "error")
        : { kind: "ended", outcome: "error", error: error ?? "The workflow has failed." };
    case "terminated":
      return confirm(known, "cancelled");
    case "rollingBack":
      // What comes of it is said when it is done.
      return known.outcome === null ? { kind: "agree" } : confirm(known, known.outcome);
    case "paused":
    case "waitingForPause":
      // Whoever held it after it had said that it has ended holds nothing that clients follow.
      if (known.outcome !== null && !known.paused) return confirm(known, known.outcome);
      return known.paused ? { kind: "agree" } : { kind: "paused", paused: true };
    default:
      // queued, running, waiting, and whatever else an engine may say of a run under way.
      return known.paused ? { kind: "paused", paused: false } : { kind: "agree" };
  }
}

/** The first word of how a run has ended counts. */
function confirm(known: Known, engine: Outcome): Verdict {
  return { kind: "ended", outcome: known.outcome ?? engine, error: known.error };
}
