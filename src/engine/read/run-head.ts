import { type Mark, timeOf } from "../journal/marks.ts";
import type { RunRow } from "../journal/runs-table.ts";
import { STATUS, statusName } from "../base/status.ts";
import { parseError } from "../steps/step-do.ts";
import type { CountingSql } from "./counting-sql.ts";
import { cutText } from "./json-view.ts";
import type { RunSummary } from "./read-protocol.ts";

/** A run's row without what can be large. */
export type RunHead = Omit<RunRow, "payload" | "output" | "token" | "live" | "queue">;

const COLUMNS = `run, workflow, id, status, created_at, started, begun, ended, paused_at, purge_at, success_retention_ms,
  error_retention_ms, payload_form, output_form, rollback, iif(status = ${STATUS.errored}, error, NULL) AS error`;

export function headOf(sql: CountingSql, workflow: string, id: string): RunHead | undefined {
  return sql.first<RunHead>(`SELECT ${COLUMNS} FROM runs WHERE workflow = ? AND id = ?`, workflow, id);
}

export function headOfRun(sql: CountingSql, run: number): RunHead | undefined {
  return sql.first<RunHead>(`SELECT ${COLUMNS} FROM runs WHERE run = ?`, run);
}

/** When the run's first turn came; `undefined` while it is in line for it. */
export function begunAt({ started, begun }: RunHead): Mark | undefined {
  return begun === 0 ? undefined : (begun ?? started + 1);
}

/** @param maxMessage a longer message is cut, in characters */
export function summaryOf(head: RunHead, maxMessage: number): RunSummary {
  const summary: RunSummary = {
    workflow: head.workflow,
    id: head.id,
    status: statusName(head.status),
    createdAt: head.created_at,
  };
  const begun = begunAt(head);
  if (begun !== undefined) summary.startedAt = timeOf(begun);
  if (head.ended !== null) summary.endedAt = timeOf(head.ended);
  if (head.error !== null) {
    const { name, message } = parseError(head.error);
    summary.error = { name: cutText(name, maxMessage), message: cutText(message, maxMessage) };
  }
  return summary;
}
