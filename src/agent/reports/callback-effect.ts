import type { WorkflowCallback } from "agents/workflows";
import { isEngineAbort } from "./engine-abort.ts";

/** What a callback of an `AgentWorkflow` means for the view of its run. */
export type CallbackEffect =
  | { kind: "progress"; step: string | undefined; fraction: number | undefined }
  | { kind: "complete"; result: unknown }
  | { kind: "error"; error: string }
  | { kind: "none" };

/**
 * @returns "ignore" when the callback is no message of the run at all: the SDK reports it as a failure when an engine
 * stops an execution by throwing into it.
 */
export function callbackEffect(callback: WorkflowCallback): CallbackEffect | "ignore" {
  switch (callback.type) {
    case "progress":
      return progressEffect(callback.progress);
    case "complete":
      return { kind: "complete", result: callback.result };
    case "error":
      return isEngineAbort(callback.error) ? "ignore" : { kind: "error", error: callback.error };
    case "event":
    default:
      return { kind: "none" };
  }
}

/** The SDK's own form of progress is understood; an application's own form is for `onWorkflowProgress`. */
function progressEffect(progress: unknown): CallbackEffect {
  if (typeof progress !== "object" || progress === null) return { kind: "none" };
  const { step, message, percent } = progress as Record<string, unknown>;
  const text = [message, step].find((value) => typeof value === "string");
  const fraction = typeof percent === "number" && Number.isFinite(percent) ? percent : undefined;
  return text === undefined && fraction === undefined ? { kind: "none" } : { kind: "progress", step: text, fraction };
}
