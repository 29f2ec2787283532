import { readRollbackRecord } from "../steps/rollback.ts";
import { STATUS } from "../base/status.ts";
import { parseError } from "../steps/step-do.ts";
import { errorView, errorViewWithStack } from "./error-view.ts";
import { jsonView } from "./json-view.ts";
import type { RunDetails } from "./read-protocol.ts";
import { summaryOf } from "./run-head.ts";
import type { RunReader } from "./run-reader.ts";

/** What is known of one run without reading its steps. */
export function describeRun(reader: RunReader): RunDetails {
  const { head, shard } = reader;
  const { error: _, ...summary } = summaryOf(head, 0);
  const details: RunDetails = {
    ...summary,
    params: jsonView(reader.params()),
    isExecuting: shard.execution(head.run) !== undefined,
    latestStep: reader.steps.latest(),
  };
  const output = head.status === STATUS.complete ? reader.output() : undefined;
  if (output !== undefined) details.output = jsonView(output);
  if (head.error !== null) details.error = errorViewWithStack(parseError(head.error));
  if (head.rollback !== null) {
    const { outcome, failure } = readRollbackRecord(head);
    details.rollback = { ...(outcome && { outcome }), ...(failure && { error: errorView(failure) }) };
  }
  if (head.paused_at !== null) details.pausedAt = head.paused_at;
  if (head.purge_at !== null) details.purgeAt = head.purge_at;
  if (head.success_retention_ms !== null) details.successRetentionMs = head.success_retention_ms;
  if (head.error_retention_ms !== null) details.errorRetentionMs = head.error_retention_ms;
  return details;
}
