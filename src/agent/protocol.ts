/**
 * What a `WorkflowAgent` and its clients say to each other. Types and one constant: clients import them without the
 * agent.
 *
 * Over the WebSocket a client receives the SDK's own messages (`cf_agent_state` with a {@link WorkflowState}, and so
 * on) and those of {@link AgentResponse}; it sends {@link ClientMessage}s. Everything is JSON text.
 */

/**
 * - `running`: under way, which includes sleeping and waiting for an event
 * - `paused`: asked to pause; a step that is at work runs to its end and may still report
 * - `complete`, `error`, `cancelled`: ended. Nothing leads out of these but a restart that somebody asked for.
 */
export type RunStatus = "running" | "paused" | "complete" | "error" | "cancelled";

/** An event that a run waits for. */
export interface Wait {
  /** Name of the waiting step. */
  step: string;
  /** Type of the event, for example `approval`. */
  event: string;
  /** Milliseconds since 1970. */
  since: number;
  /** When the wait gives up, in milliseconds since 1970, pauses not counted; null where that is unknown. */
  until: number | null;
}

/** One run as clients see it. */
export interface RunView {
  /** The workflow instance's id. */
  id: string;
  /** 1, 2, 3… in order of start within this agent. */
  number: number;
  /** Name of the workflow's binding. */
  workflow: string;
  status: RunStatus;
  /** What happens at the moment, as the run says it; null before its first report and after its end. */
  step: string | null;
  /** 0 to 100. */
  progress: number;
  /**
   * The newest results, oldest first: at most `resultsInState` of them, and no more than `resultBytesInState`
   * characters of JSON. The others are read in pages.
   */
  results: unknown[];
  /** How many results there are. */
  totalResults: number;
  /** Why it has failed; null otherwise. */
  error: string | null;
  /** What it waits for at the moment. Known of a `DurableWorkflow` only. */
  waitingFor: Wait[];
  /** Milliseconds since 1970, as all times here. */
  startedAt: number;
  updatedAt: number;
  /** Null until it has ended. */
  endedAt: number | null;
  /** What the application says of it: `detailsOf` of the agent. Not there when that says nothing. */
  details?: unknown;
}

/** A run in a list: without its results. */
export type RunSummary = Omit<RunView, "results">;

/** The run fields of the agent's state, for clients that follow one run: those of the run that was started last. */
export interface CurrentRun {
  status: "idle" | "running" | "paused" | "complete" | "error";
  currentStep: string | null;
  /** 0 to 100. */
  progress: number;
  /** The newest results, oldest first, as in {@link RunView.results}. */
  results: unknown[];
  /** Null before the first run, and after a cancelled one. */
  workflowInstanceId: string | null;
  error: string | null;
  /** ISO 8601. */
  lastUpdated: string | null;
}

/** The agent's state, sent to every client. An application may have fields of its own beside these. */
export interface WorkflowState extends CurrentRun {
  /** Of the current run, those included that `results` leaves out. */
  totalResults: number;
  /** Every run under way and the newest that have ended, at most `runsInState`; the newest first. */
  runs: RunView[];
  /** How many runs the agent knows. */
  totalRuns: number;
}

/** What may be asked of an agent; `authorize` decides over each. */
export type Action =
  | "start"
  | "pause"
  | "resume"
  | "cancel"
  | "restart"
  | "approve"
  | "reject"
  | "sendEvent"
  | "delete"
  /** Status, views, lists and pages. */
  | "read";

/** Any message may carry a `requestId` of up to 100 characters; the answer to it has the same. */
export interface ClientRequest {
  requestId?: string;
}

/** A message about one run. */
export interface RunRequest<Type extends string> extends ClientRequest {
  type: Type;
  instanceId: string;
}

/**
 * Starts a run. Answered with `workflow_started`.
 *
 * `workflow` is one of the agent's workflows (default: its `workflow`); `instanceId` becomes the id of the run (default: a
 * UUID) and must not have been used. The run's params are `params` with `taskId` (default: the id) and `agentId`.
 */
export interface StartMessage extends ClientRequest {
  type: "start";
  taskId?: string;
  params?: Record<string, unknown>;
  workflow?: string;
  instanceId?: string;
}

/** Answers the wait of a run for an `approval`, or for the event type that is given. */
export interface ApproveMessage extends RunRequest<"approve"> {
  event?: string;
  reason?: string;
  metadata?: Record<string, unknown>;
}

/** The same for the other answer. */
export interface RejectMessage extends RunRequest<"reject"> {
  event?: string;
  reason?: string;
}

/** Sends any event. The run takes it when it waits for one of this type, now or later. */
export interface SendEventMessage extends RunRequest<"sendEvent"> {
  event: { type: string; payload?: unknown };
}

/** A page of runs, newest first: those with a smaller number than `before`. At most 100, by default 20. */
export interface RunsMessage extends ClientRequest {
  type: "runs";
  before?: number;
  limit?: number;
}

/**
 * A page of a run's results: those from place `from` on (0 is the first result). Without `from`, the newest. At most
 * 200, by default 50; fewer when they are large.
 */
export interface ResultsMessage extends RunRequest<"results"> {
  from?: number;
  limit?: number;
}

/**
 * What a client may send.
 *
 * `status` asks the workflow engine itself. `pause`, `resume`, `cancel`, `restart`, `approve`, `reject`, `sendEvent`
 * and `delete` (of a run that has ended) show in the state; they are answered with `done` when they carry a
 * `requestId`. `sync` asks for the whole state again.
 */
export type ClientMessage =
  | StartMessage
  | RunRequest<"status">
  | RunRequest<"pause">
  | RunRequest<"resume">
  | RunRequest<"cancel">
  | RunRequest<"restart">
  | ApproveMessage
  | RejectMessage
  | SendEventMessage
  | RunRequest<"delete">
  | RunRequest<"run">
  | RunsMessage
  | ResultsMessage
  | (ClientRequest & { type: "sync" });

/** What the codes of refusals mean. */
export type ErrorCode =
  /** No JSON, an unknown `type`, or fields that are not as they should be. */
  | "malformed"
  /** More than `maxMessageBytes`. */
  | "too_large"
  /** `authorize` has said no. */
  | "forbidden"
  /** The connection is read-only. */
  | "readonly"
  /** The agent has no such run. */
  | "unknown_run"
  /** The agent may not start this workflow, or there is none of that name. */
  | "unknown_workflow"
  /** There is a run of this id already. */
  | "id_taken"
  /** `maxLiveRuns` are under way. */
  | "too_many_runs"
  /** The run is in a state that does not admit it. */
  | "not_now"
  /** Nothing waits for this approval. */
  | "not_waiting"
  /** There is nothing at this path (HTTP only). */
  | "not_found"
  /** Something went wrong on the server; its log says what. */
  | "internal";

/** A page of results. */
export interface ResultsPage {
  instanceId: string;
  results: unknown[];
  /** Place of the first of them. */
  from: number;
  total: number;
}

/** A page of runs. */
export interface RunsPage {
  runs: RunSummary[];
  total: number;
  /** What to give as `before` for the next page; null on the last one. */
  next: number | null;
}

/** What the agent sends, beside the SDK's own messages. */
export type AgentResponse =
  /** The first message after those of the SDK. */
  | { type: "connected"; message: string; state: WorkflowState }
  | { type: "workflow_started"; instanceId: string; requestId?: string }
  /** The engine's own status (`queued`, `running`, `waiting`, `errored`, `terminated`…). */
  | {
      type: "workflow_status";
      instanceId: string;
      status: string;
      output?: unknown;
      error?: string;
      requestId?: string;
    }
  /** Answers `sync`. */
  | { type: "state_update"; state: WorkflowState; requestId?: string }
  | { type: "error"; message: string; code: ErrorCode; instanceId?: string; requestId?: string }
  | { type: "done"; request: ClientMessage["type"]; instanceId: string; requestId: string }
  | { type: "run"; run: RunView; requestId?: string }
  | ({ type: "runs"; requestId?: string } & RunsPage)
  | ({ type: "results"; requestId?: string } & ResultsPage)
  | StateDelta;

/**
 * Put into the query of a connection, it asks for {@link StateDelta}s in place of a whole state at every change.
 * A connection that has it must apply them with `applyDelta`.
 */
export const DELTAS_QUERY = { _deltas: "1" } as const;

/** What has changed in one run. Every field stands for itself: to apply a change twice does no harm. */
export interface RunChange extends Partial<Omit<RunView, "id" | "number" | "results" | "totalResults">> {
  id: string;
  results?: {
    /** How many results there are now. */
    total: number;
    /** The newest ones, at least those that are new since the last delta, as far as they are kept. */
    newest: unknown[];
    /** How many of the newest results the view has now. */
    kept: number;
  };
}

/**
 * What has changed in the state since the last delta or whole state; sent in place of `cf_agent_state` to connections
 * that have asked for it. A change of fields that are not the runs' comes as a whole `cf_agent_state` all the same. One
 * that comes before a connection's first whole state is to be left aside.
 */
export interface StateDelta {
  type: "state_delta";
  /** The run that the fields for one run show; null for none. */
  current: string | null;
  totalRuns: number;
  /** Runs that are new in the state, or begin anew: each replaces the one of the same id. */
  added?: RunView[];
  changed?: RunChange[];
  /** Ids of runs that the state does not show any more. */
  gone?: string[];
}
