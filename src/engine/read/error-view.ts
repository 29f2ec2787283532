import type { ErrorRecord } from "../base/errors.ts";
import { cutText } from "./json-view.ts";
import type { ErrorView } from "./read-protocol.ts";

const MAX_NAME = 200;
const MAX_MESSAGE = 4096;

/** An error for people; a message longer than anybody reads is cut. */
export function errorView({ name, message }: Pick<ErrorRecord, "name" | "message">): ErrorView {
  return { name: cutText(name, MAX_NAME), message: cutText(message, MAX_MESSAGE) };
}

export function errorViewWithStack(record: ErrorRecord): ErrorView & { stack?: string } {
  const { stack } = record;
  return { ...errorView(record), ...(stack !== undefined && { stack: cutText(stack, MAX_MESSAGE) }) };
}
