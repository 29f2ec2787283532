import type { WorkflowRun } from "pawl/react";
import { decisionTimeout, type ImportDetails, type Status } from "../../protocol/import.ts";

/** An import as the page shows it. */
export interface ImportView extends ImportDetails {
  /** 1, 2, 3… within the workspace; null before there is a run. */
  number: number | null;
  status: Status;
  /** What happens at the moment, as a person would say it. */
  step: string;
  endedAt: number | null;
  /** When the wait for a decision ends, or null when nobody is asked. */
  decideBefore: number | null;
  error: string | null;
}

type Run = Omit<WorkflowRun, "results">;

/** In an array: none for a run that is no import. */
export function viewsOfRun(run: Run): ImportView[] {
  // The agent's promise.
  const details = run.details as ImportDetails | undefined;
  if (details === undefined) return [];
  return [
    {
      ...details,
      number: run.number,
      status: statusOf(run, details),
      step: run.step ?? "Starting",
      endedAt: run.endedAt,
      decideBefore: run.waitingFor[0]?.until ?? null,
      error: errorOf(run, details),
    },
  ];
}

export function viewOfUpload(upload: ImportDetails): ImportView {
  const none = { number: null, endedAt: null, decideBefore: null, error: null };
  return { ...upload, ...none, status: "uploading", step: "Receiving the file" };
}

function statusOf({ status, waitingFor }: Run, { phase, decision }: ImportDetails): Status {
  if (status === "error") return "failed";
  if (status === "complete") return decision?.approved === false ? "rejected" : "complete";
  if (status !== "running") return status;
  if (waitingFor.length > 0) return "waiting";
  return phase === "upload" ? "queued" : "running";
}

function errorOf({ error }: Run, { problem, decision }: ImportDetails): string | null {
  if (decision?.by === "timeout") return `Nobody decided within ${decisionTimeout}, so nothing was loaded.`;
  return problem ?? (error === null ? null : `The import could not go on: ${error}`);
}
