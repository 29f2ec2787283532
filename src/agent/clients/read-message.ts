import * as v from "valibot";
import type { ClientMessage } from "../protocol.ts";
import { Refusal } from "../refusal.ts";

/** Ids of workflow instances and types of events, as Cloudflare admits them. */
const NAME = /^[a-zA-Z0-9_][a-zA-Z0-9-_]*$/;

const requestId = v.optional(v.pipe(v.string(), v.maxLength(100)));
const name = v.pipe(
  v.string(),
  v.maxLength(100),
  v.regex(NAME, "must be 1 to 100 letters, digits, _ and -, and not begin with -"),
);
const text = v.pipe(v.string(), v.maxLength(10_000));
const place = v.pipe(v.number(), v.safeInteger("must be a whole number"), v.minValue(0));
const pageSize = v.pipe(v.number(), v.safeInteger("must be a whole number"), v.minValue(1), v.maxValue(200));
const record = v.custom<Record<string, unknown>>(isRecord, "must be an object");

// Any id can be asked about: whether there is such a run is found out by looking.
const instanceId = v.pipe(v.string(), v.maxLength(300));
const aboutRun = { requestId, instanceId };

function simple<const Type extends string>(type: Type) {
  return v.object({ type: v.literal(type), ...aboutRun });
}

const MESSAGES = [
  v.object({
    type: v.literal("start"),
    requestId,
    taskId: v.optional(text),
    params: v.optional(record),
    workflow: v.optional(text),
    instanceId: v.optional(name),
  }),
  simple("status"),
  simple("pause"),
  simple("resume"),
  simple("cancel"),
  simple("restart"),
  v.object({
    type: v.literal("approve"),
    ...aboutRun,
    event: v.optional(name),
    reason: v.optional(text),
    metadata: v.optional(record),
  }),
  v.object({ type: v.literal("reject"), ...aboutRun, event: v.optional(name), reason: v.optional(text) }),
  v.object({
    type: v.literal("sendEvent"),
    ...aboutRun,
    event: v.object({ type: name, payload: v.optional(v.unknown()) }),
  }),
  simple("delete"),
  simple("run"),
  v.object({ type: v.literal("runs"), requestId, before: v.optional(place), limit: v.optional(pageSize) }),
  v.object({ type: v.literal("results"), ...aboutRun, from: v.optional(place), limit: v.optional(pageSize) }),
  v.object({ type: v.literal("sync"), requestId }),
] as const;

const TYPES: readonly string[] = MESSAGES.map(({ entries }) => entries.type.literal);
const MESSAGE = v.variant("type", MESSAGES);

/** @throws Refusal when it is no message of a client's */
export function readMessage(data: string | ArrayBuffer | ArrayBufferView, maxBytes: number): ClientMessage {
  if (typeof data !== "string") throw new Refusal("malformed", "A message is JSON text; this one is binary.");
  // A character is one to three bytes of UTF-8, so the exact number is rarely needed.
  if (data.length > maxBytes || (data.length * 3 > maxBytes && new TextEncoder().encode(data).length > maxBytes)) {
    throw new Refusal(
      "too_large",
      `A message has at most ${maxBytes} bytes. Put large data elsewhere, and its address here.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (error) {
    throw new Refusal("malformed", `A message is JSON text; this is none: ${messageOf(error)}`, { cause: error });
  }
  return checkMessage(value);
}

/** @throws Refusal when the value is no message of a client's */
export function checkMessage(value: unknown): ClientMessage {
  if (!isRecord(value)) throw new Refusal("malformed", 'A message is a JSON object with a "type".');
  const { type } = value;
  if (typeof type !== "string" || !TYPES.includes(type)) {
    const shown = typeof type === "string" ? `"${type.slice(0, 40)}"` : "not there";
    throw new Refusal("malformed", `A message's "type" is one of ${TYPES.join(", ")}; here it is ${shown}.`);
  }
  const result = v.safeParse(MESSAGE, value, { abortEarly: true });
  // What the schema leaves undefined it leaves out, so that the output fits the exact optional types.
  if (result.success) return result.output as ClientMessage;
  const [issue] = result.issues;
  throw new Refusal("malformed", `${type}: "${v.getDotPath(issue) ?? "message"}" ${faultOf(issue)}.`);
}

/** The `requestId` of whatever has come, if it has one. */
export function requestIdOf(data: unknown): string | undefined {
  try {
    const value: unknown = typeof data === "string" && data.length < 10_000_000 ? JSON.parse(data) : data;
    if (!isRecord(value)) return undefined;
    return typeof value["requestId"] === "string" ? value["requestId"].slice(0, 100) : undefined;
  } catch {
    // No JSON, so no requestId either; that it is no JSON is said elsewhere.
    return undefined;
  }
}

function faultOf(issue: v.BaseIssue<unknown>): string {
  if (issue.message.startsWith("must be")) return issue.message;
  if (issue.received === "undefined") return "is missing";
  const received = issue.received.slice(0, 40);
  return issue.expected === null ? `must not be ${received}` : `must be ${issue.expected}, and is ${received}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
