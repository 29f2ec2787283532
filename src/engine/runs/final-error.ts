import { EngineError, type ErrorRecord, isA, recordOf } from "../base/errors.ts";
import type { WorkflowDefinition } from "../registry.ts";
import { UnserialisableResult } from "../base/values.ts";

const NON_RETRYABLE = /^NonRetryableError:?\s*/;

/** The run's error as `status()` shows it, from what `run` threw or what became of its result (spec §5.2, §6.8). */
export function finalError(definition: WorkflowDefinition, thrown: unknown): ErrorRecord {
  if (isA(thrown, UnserialisableResult)) {
    const text =
      "The execution of the Workflow instance was terminated, as run() returned a value which is not serialisable";
    return finalError(definition, new EngineError("WorkflowFatalError", text));
  }
  const error = recordOf(thrown, definition.keepsErrorNames);
  if (error.name === "NonRetryableError" || NON_RETRYABLE.test(error.message)) {
    return definition.keepsNonRetryableError
      ? { ...error, name: "NonRetryableError", message: error.message.replace(NON_RETRYABLE, "") }
      : {
          name: "WorkflowFatalError",
          message:
            "The execution of the Workflow instance was terminated, as a step threw an NonRetryableError and it was not handled",
        };
  }
  return isA(thrown, EngineError) ? { ...error, name: thrown.name, message: thrown.message } : error;
}
