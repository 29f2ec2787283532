import type { AgentResponse, StateDelta, WorkflowState } from "../../agent/protocol.ts";

/** What a message of the agent is to the store. */
export type Incoming =
  | { kind: "state"; state: WorkflowState; requestId?: string }
  | { kind: "delta"; delta: StateDelta }
  | { kind: "answer"; answer: AgentResponse; requestId: string }
  /** The state of an agent that is no `WorkflowAgent`. */
  | { kind: "foreign" };

/** @returns null for what is meant for others: messages of the SDK and of the application */
export function readIncoming(data: unknown): Incoming | null {
  const message = parse(data);
  if (message === null) return null;
  // The shapes are the agent's promise: both sides share their types. What is checked is whether it is one of them.
  const requestId = typeof message["requestId"] === "string" ? message["requestId"] : undefined;
  switch (message["type"]) {
    case "cf_agent_state":
    case "connected":
    case "state_update": {
      const { state } = message;
      if (!isWorkflowState(state)) return { kind: "foreign" };
      return { kind: "state", state, ...(requestId !== undefined && { requestId }) };
    }
    case "state_delta":
      return { kind: "delta", delta: message as unknown as StateDelta };
    default:
      return requestId === undefined
        ? null
        : { kind: "answer", answer: message as unknown as AgentResponse, requestId };
  }
}

function parse(data: unknown): Record<string, unknown> | null {
  if (typeof data !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    // Not of this protocol: an application may send what it likes on the same socket.
    return null;
  }
  return isRecord(value) ? value : null;
}

function isWorkflowState(value: unknown): value is WorkflowState {
  return isRecord(value) && Array.isArray(value["runs"]) && typeof value["status"] === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
