import { isFetchFailure } from "./fetch-failures.ts";
import { isStorageFailure } from "./storage-failure.ts";
import { inspect } from "./values.ts";

/**
 * Errors as they look to code written for Cloudflare (spec §6.8, §6.9, §10).
 *
 * There, user code and engine live in different isolates, and what a callback throws crosses between them. A built-in
 * class survives. Of any other error the message survives, with the name: up to compatibility date 2026-04-20 folded into
 * the message (`MyErr: boom`), later as the error's own, together with its own properties. We run in one isolate and could
 * hand the object over, but then the first execution would see something that no replay can see again, so errors are
 * reduced once and look the same the first time, after a replay, and on Cloudflare.
 */

/** An error as stored and as `status()` shows it. */
export interface ErrorRecord {
  name: string;
  message: string;
  stack?: string;
  /** A DOMException, whose name is not a class's. */
  dom?: true;
  /** Own properties, where the application's compatibility date keeps them. */
  facts?: Record<string, unknown>;
}

/** Classes that survive between isolates, whatever the date. */
const BUILT_IN: ReadonlyMap<string, (message: string) => Error> = new Map([
  ...[Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError].map(
    (Class): [string, (message: string) => Error] => [Class.name, (message) => new Class(message)],
  ),
  ["AggregateError", (message) => new AggregateError([], message)],
]);

const MAX_NAME = 256;
const MAX_STACK = 4096;
const MAX_MESSAGE = 65_536;
const MAX_FACT_BYTES = 16_384;
const RESERVED: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "__proto__"]);

/** What is said of something thrown that throws itself when it is looked at. */
const UNREADABLE: ErrorRecord = { name: "Error", message: "What was thrown cannot be read" };

/**
 * Never throws, whatever was thrown.
 * @param keepsNames whether the application's compatibility date keeps names and own properties
 */
export function recordOf(thrown: unknown, keepsNames = false): ErrorRecord {
  try {
    return readRecord(thrown, keepsNames);
  } catch {
    return { ...UNREADABLE };
  }
}

/** `instanceof` for what an application throws: of a proxy that was revoked, it throws. */
export function isA<T>(thrown: unknown, kind: abstract new (...given: never[]) => T): thrown is T {
  try {
    return thrown instanceof kind;
  } catch {
    return false;
  }
}

function readRecord(thrown: unknown, keepsNames: boolean): ErrorRecord {
  if (!(thrown instanceof Error)) return { name: "Error", message: describeThrown(thrown).slice(0, MAX_MESSAGE) };
  const name = textOf(thrown, "name").slice(0, MAX_NAME);
  const message = textOf(thrown, "message").slice(0, MAX_MESSAGE);
  const record: ErrorRecord =
    keepsNames || BUILT_IN.has(name) || thrown instanceof DOMException
      ? { name, message }
      : { name: "Error", message: message === "" ? name : `${name}: ${message}` };
  if (thrown instanceof DOMException) record.dom = true;
  const stack = stackOf(thrown);
  if (stack !== undefined) record.stack = stack.slice(0, MAX_STACK);
  const facts = keepsNames ? ownFacts(thrown) : {};
  if (Object.keys(facts).length > 0) record.facts = facts;
  return record;
}

/** Whatever an application has put there, or a getter of its throws. */
function textOf(error: Error, key: "name" | "message"): string {
  try {
    const value: unknown = Reflect.get(error, key);
    return typeof value === "string" ? value : describeThrown(value);
  } catch {
    return "";
  }
}

function stackOf(error: Error): string | undefined {
  try {
    return typeof error.stack === "string" ? error.stack : undefined;
  } catch {
    return undefined;
  }
}

/** Own properties that JSON carries faithfully, as far as they are not too large together. */
function ownFacts(error: Error): Record<string, unknown> {
  const facts: Record<string, unknown> = {};
  let left = MAX_FACT_BYTES;
  for (const key of Object.keys(error)) {
    const { value } = Object.getOwnPropertyDescriptor(error, key) ?? {};
    const bytes = RESERVED.has(key) || value === undefined ? undefined : jsonBytes({ [key]: value });
    if (bytes === undefined || bytes > left) continue;
    facts[key] = value;
    left -= bytes;
  }
  return facts;
}

/** Nothing where JSON does not carry it faithfully. */
function jsonBytes(value: unknown): number | undefined {
  try {
    const { form, bytes } = inspect(value, true);
    return form === "json" ? bytes : undefined;
  } catch {
    return undefined;
  }
}

export function reviveError(record: ErrorRecord): Error {
  const { name, message } = record;
  const error =
    record.dom === true ? new DOMException(message, name) : (BUILT_IN.get(name)?.(message) ?? new Error(message));
  const own = { ...record.facts, ...(record.stack === undefined ? {} : { stack: record.stack }) };
  for (const [key, value] of Object.entries(own)) define(error, key, value, key !== "stack");
  if (error.name !== name) define(error, "name", name, false);
  return error;
}

function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
}

function describeThrown(thrown: unknown): string {
  if (typeof thrown === "object" && thrown !== null) {
    const constructor: unknown = Reflect.get(thrown, "constructor");
    return `#<${typeof constructor === "function" && constructor.name !== "" ? constructor.name : "Object"}>`;
  }
  return String(thrown);
}

/** An error of the engine itself, thrown into `run`, where code may catch it. Named as Cloudflare names it. */
export class EngineError extends Error {
  constructor(
    name:
      | "WorkflowFatalError"
      | "WorkflowTimeoutError"
      | "WorkflowInternalError"
      | "NonRetryableDelayError"
      | "NonRetryableError",
    message: string,
  ) {
    super(message);
    this.name = name;
  }
}

/** By name or by prefix, as Cloudflare detects it: `new NonRetryableError("x", "Other")` is retried (spec §6.8). */
export function isNonRetryable(thrown: unknown): boolean {
  if (!isA(thrown, Error)) return false;
  return textOf(thrown, "name") === "NonRetryableError" || textOf(thrown, "message").startsWith("NonRetryableError");
}

const INFRASTRUCTURE =
  /^(?:Network connection lost|internal error|Durable Object (?:reset|storage|is overloaded|exceeded)|Cannot resolve Durable Object|The destination (?:actor|worker) )/i;

/**
 * A failure between objects, not of the code that was called: the object moved, was reset, or the connection broke.
 * workerd marks most of them `retryable`; a bucket outage resets objects with an unmarked "internal error" (E8).
 * The mark alone is not believed: applications put `retryable` on errors of their own.
 */
export function isInfrastructureError(thrown: unknown): boolean {
  if (!isA(thrown, Error) || isFetchFailure(thrown) || isMarked(thrown, "overloaded")) return false;
  const message = textOf(thrown, "message");
  return isMarked(thrown, "durableObjectReset") || INFRASTRUCTURE.test(message) || isStorageFailure(message);
}

function isMarked(error: Error, mark: string): boolean {
  try {
    return Reflect.get(error, mark) === true;
  } catch {
    return false;
  }
}
