export { initialWorkflowState } from "./current-run.ts";
export { applyDelta } from "./apply-delta.ts";
export { DurableWorkflow } from "./workflow/durable-workflow.ts";
export { DELTAS_QUERY } from "./protocol.ts";
export { type Client, type StartOptions, WorkflowAgent } from "./workflow-agent.ts";
export type {
  Action,
  AgentResponse,
  ApproveMessage,
  ClientMessage,
  CurrentRun,
  ErrorCode,
  RejectMessage,
  ClientRequest,
  ResultsMessage,
  ResultsPage,
  RunChange,
  RunRequest,
  RunsMessage,
  RunsPage,
  RunStatus,
  RunSummary,
  RunView,
  SendEventMessage,
  StartMessage,
  StateDelta,
  Wait,
  WorkflowState,
} from "./protocol.ts";
