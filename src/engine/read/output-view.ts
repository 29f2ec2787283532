import type { EventRow } from "../journal/events-table.ts";
import { KIND, STATE, type StepRow } from "../journal/steps-table.ts";
import { cloneKey, FORM } from "../journal/value-store.ts";
import { type JsonView, jsonView } from "./json-view.ts";
import type { RunReader } from "./run-reader.ts";
import { streamView } from "./stream-view.ts";

/** In place of a result that the application marked as sensitive. */
export const REDACTED = "[REDACTED]";

export function isSensitive({ config }: StepRow): boolean {
  return config?.includes('"sensitive":"output"') === true;
}

/** What a step returned into `run`, as people see it; `undefined` where that is nothing. */
export function outputView(reader: RunReader, row: StepRow): JsonView | undefined {
  if (row.state !== STATE.completed) return undefined;
  if (row.kind === KIND.waitForEvent) return eventView(reader, Number(row.value));
  if (isSensitive(row)) return { value: REDACTED, isCut: false };
  if (row.form === FORM.none) return undefined;
  if (row.form === FORM.stream) return streamView(reader.sql, row.step, Number(row.value));
  return jsonView(outputOf(reader, row));
}

/** The value itself. A stream is only named: it is read by other means. */
export function outputOf(reader: RunReader, row: StepRow): unknown {
  if (isSensitive(row)) return REDACTED;
  if (row.form === FORM.stream) return "[ReadableStream]";
  return reader.decode(row.form, reader.steps.textOf(row), cloneKey.step(row.step));
}

/** An event as `waitForEvent` returned it. */
function eventView(reader: RunReader, event: number): JsonView | undefined {
  const row = reader.sql.first<EventRow>("SELECT * FROM events WHERE event = ?", event);
  if (row === undefined) return undefined;
  const payload = reader.decode(row.form, row.value, cloneKey.event(event));
  return jsonView({ payload, timestamp: new Date(row.sent_at), type: row.type });
}
