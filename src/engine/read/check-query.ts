import { STATUS_NAMES } from "../base/status.ts";
import type { RunQuery } from "./read-protocol.ts";
import { decodeCursor, type Position } from "./run-order.ts";

export const MAX_PAGE = 1000;

/** A `RunQuery` in the engine's terms. */
export interface CheckedQuery {
  workflow?: string;
  statuses?: number[];
  from?: number;
  to?: number;
  prefix?: string;
  text?: string;
  after?: Position;
  limit: number;
}

/** The text says what is wrong with it. */
export function checkQuery(query: RunQuery): CheckedQuery | string {
  const { workflow, statuses, from, to, prefix, text, cursor } = query;
  const checked: CheckedQuery = { limit: pageLimit(query.limit) };
  if (workflow !== undefined) checked.workflow = workflow;
  if (statuses !== undefined) {
    const numbers = statuses.map((status) => STATUS_NAMES.findIndex((name) => name === status));
    const unknown = statuses.find((_, index) => numbers[index] === -1);
    if (unknown !== undefined) return `There is no status "${unknown}"; there are: ${STATUS_NAMES.join(", ")}.`;
    checked.statuses = numbers;
  }
  if (from !== undefined) checked.from = from;
  if (to !== undefined) checked.to = to;
  // Nothing to look for is not looked for.
  if (prefix !== undefined && prefix !== "") checked.prefix = prefix;
  if (text !== undefined && text !== "") checked.text = text;
  if (cursor !== undefined) {
    const after = decodeCursor(cursor);
    if (after === undefined) return `"${cursor}" is no cursor: take \`next\` of the page before, as it is.`;
    checked.after = after;
  }
  return checked;
}

export function pageLimit(limit: number): number {
  return Math.min(Math.max(1, Math.floor(limit) || 1), MAX_PAGE);
}
