import type { ReportKey } from "../store/reports-table.ts";
import type { OpenWait } from "../store/run-record.ts";

/** Where a report comes from: which run, and which call of it. Plain data, as it travels from workflow to agent. */
export interface ReportOrigin extends ReportKey {
  /** The workflow instance's id. */
  run: string;
  /** Name of the workflow's binding. */
  workflow: string;
}

/** The agent's methods that reports of a run call. */
export const REPORT_METHODS = ["updateStep", "addResult", "completeWorkflow", "setWorkflowError"] as const;
export type ReportMethod = (typeof REPORT_METHODS)[number];

/** The agent's method that the Agents SDK's own reports call. */
export const CALLBACK_METHOD = "_workflow_handleCallback";

export function isReportMethod(method: string): method is ReportMethod {
  return (REPORT_METHODS as readonly string[]).includes(method);
}

/** What a `DurableWorkflow` says to its agent of itself. */
export type Bulletin =
  /** It waits for these events, and for nothing else; `at` is when it said so, in milliseconds since 1970. */
  | { kind: "waits"; waits: OpenWait[]; at: number }
  /** `run` has returned, which began its work at `since`, in milliseconds since 1970. */
  | { kind: "returned"; since: number };
