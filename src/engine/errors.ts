/**
 * Errors as they look to code written for Cloudflare (spec §6.8, §6.9, §10).
 *
 * There, user code and engine live in different isolates: what a callback throws reaches `run` as an `Error` whose
 * class is lost. A built-in class survives; any other name is folded into the message (`MyErr: boom`). We run in one
 * isolate and could hand the object over, but then the first execution would see something that no replay can see
 * again, so errors are folded once and look the same the first time, after a replay, and on Cloudflare.
 */

/** An error as stored and as `status()` shows it. */
export interface ErrorRecord {
  name: string;
  message: string;
  stack?: string;
  /** A DOMException, whose name is not a class's. */
  dom?: true;
}

const BUILT_IN: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
};

const MAX_STACK = 4096;

export function recordOf(thrown: unknown): ErrorRecord {
  if (!(thrown instanceof Error)) return { name: "Error", message: describeThrown(thrown) };
  const { name, message } = thrown;
  const record: ErrorRecord =
    Object.hasOwn(BUILT_IN, name) || thrown instanceof DOMException
      ? { name, message }
      : { name: "Error", message: message === "" ? name : `${name}: ${message}` };
  if (thrown instanceof DOMException) record.dom = true;
  if (typeof thrown.stack === "string") record.stack = thrown.stack.slice(0, MAX_STACK);
  return record;
}

export function reviveError(record: ErrorRecord): Error {
  const constructor = BUILT_IN[record.name] ?? Error;
  const error = record.dom === true ? new DOMException(record.message, record.name) : new constructor(record.message);
  if (record.stack !== undefined)
    Object.defineProperty(error, "stack", { value: record.stack, configurable: true, writable: true });
  return error;
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
    name: "WorkflowFatalError" | "WorkflowTimeoutError" | "WorkflowInternalError" | "NonRetryableDelayError",
    message: string,
  ) {
    super(message);
    this.name = name;
  }
}

/** A result that cannot be kept: the run ends `errored` and no `catch` in `run` sees it (spec §6.10). */
export class UnserialisableResult extends Error {
  /** The message then says what is wrong with the stream, and is the run's. */
  readonly isStream: boolean;

  constructor(message: string, isStream = false) {
    super(message);
    this.isStream = isStream;
  }
}

/** By name or by prefix, as Cloudflare detects it: `new NonRetryableError("x", "Other")` is retried (spec §6.8). */
export function isNonRetryable(thrown: unknown): boolean {
  return (
    thrown instanceof Error && (thrown.name === "NonRetryableError" || thrown.message.startsWith("NonRetryableError"))
  );
}

const INFRASTRUCTURE =
  /^(?:Network connection lost|internal error|Durable Object (?:reset|storage|is overloaded|exceeded)|Cannot resolve Durable Object|The destination (?:actor|worker) )/i;

/**
 * A failure between objects, not of the code that was called: the object moved, was reset, or the connection broke.
 * workerd marks most of them `retryable`; a bucket outage resets objects with an unmarked "internal error" (E8).
 * The mark alone is not believed: applications put `retryable` on errors of their own.
 */
export function isInfrastructureError(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || Reflect.get(thrown, "overloaded") === true) return false;
  return Reflect.get(thrown, "durableObjectReset") === true || INFRASTRUCTURE.test(thrown.message);
}
