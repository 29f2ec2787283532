import type { RunView, WorkflowState } from "../agent/protocol.ts";

/**
 * What an application's workflow takes and gives; the type argument of the hooks. All are optional:
 *
 *     useWorkflow<{ params: { file: string }; result: RowReport; events: { speed: number } }>({ agent: "ImportAgent" })
 */
export interface WorkflowTypes {
  /** What `start` takes. */
  params?: object;
  /** One result. */
  result?: unknown;
  /** What the agent's `detailsOf` says of a run. */
  details?: unknown;
  /** The payloads of events, by type. */
  events?: object;
  /** Fields that the application has put beside those of the runs into its agent's state. */
  state?: object;
}

export type ParamsOf<T> = T extends { params: infer Params extends object } ? Params : Record<string, unknown>;
export type ResultOf<T> = T extends { result: infer Result } ? Result : unknown;
export type DetailsOf<T> = T extends { details: infer Details } ? Details : unknown;
export type EventsOf<T> = T extends { events: infer Events extends object } ? Events : Record<string, unknown>;
export type StateOf<T> = WorkflowState & (T extends { state: infer State extends object } ? State : unknown);

/** One run, with its newest results, and what the agent says of it beside. */
export type WorkflowRun<Result = unknown, Details = unknown> = Omit<RunView, "results" | "details"> & {
  results: Result[];
  details?: Details;
};

export type RunOf<T> = WorkflowRun<ResultOf<T>, DetailsOf<T>>;
