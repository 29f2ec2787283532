import { EngineError } from "../base/errors.ts";
import { inspect, type Inspection, MAX_VALUE_BYTES, type UnserialisableResult } from "../base/values.ts";

/** How a value lies in its row: not at all (`undefined`), as JSON text, as V8's bytes under a key of its own, or as a stream. */
export const FORM = { none: 0, json: 1, clone: 2, stream: 3 } as const;

/** A value ready to be written. `clone` is set only for V8's form. */
export interface Encoded {
  form: number;
  text: string | null;
  /** What it takes on disk, about. */
  bytes: number;
  clone?: unknown;
}

/** How the params of an instance are named in errors. */
export function paramsOf(id: string): string {
  return `Params of instance "${id}"`;
}

const NONE: Encoded = { form: FORM.none, text: null, bytes: 0 };
const encoder = new TextEncoder();

/**
 * @param what names the value in the error, for example `Step fetch-1 output`
 * @throws EngineError `… is too large. Maximum allowed size is 1MiB.`, and what `inspect` and `structuredClone` throw
 */
export function encode(value: unknown, what: string): Encoded {
  if (value === undefined) return NONE;
  const { form, bytes, doubt } = inspectSize(value, what);
  if (form === "json") {
    const text = JSON.stringify(value);
    // Control characters and fractions are several times as long in JSON as in V8's form.
    if (isShort(text)) return { form: FORM.json, text, bytes: text.length };
  }
  // Copied now: what the code does to the value before its turn to be written has come is not part of the result.
  return { form: FORM.clone, text: null, bytes, clone: snapshot(value, doubt) };
}

/** Throws what `encode` throws, without encoding. */
export function checkValue(value: unknown, what: string): void {
  const { form, doubt } = inspectSize(value, what);
  if (form === "clone") snapshot(value, doubt);
}

function inspectSize(value: unknown, what: string): Inspection {
  const inspection = inspect(value);
  if (inspection.bytes > MAX_VALUE_BYTES && inspect(value, true).bytes > MAX_VALUE_BYTES) throw tooLarge(what);
  return inspection;
}

function snapshot(value: unknown, doubt: UnserialisableResult | undefined): unknown {
  try {
    return structuredClone(value);
  } catch (error) {
    throw doubt ?? error;
  }
}

function isShort(text: string): boolean {
  return text.length * 3 <= MAX_VALUE_BYTES || encoder.encode(text).byteLength <= MAX_VALUE_BYTES;
}

function tooLarge(what: string): EngineError {
  return new EngineError("WorkflowInternalError", `${what} is too large. Maximum allowed size is 1MiB.`);
}

/**
 * The value as a replay will see it: a copy. The first execution gets the same, so that code which holds on to a
 * result and changes it behaves the same with and without a replay.
 */
export function copyOf(encoded: Encoded): unknown {
  if (encoded.form === FORM.none) return undefined;
  if (encoded.form === FORM.clone) return structuredClone(encoded.clone);
  return parse(encoded.text);
}

/** Reads a value back. `key` is where `writeClone` put V8's form. */
export function decode(storage: DurableObjectStorage, form: number, text: string | null, key: string): unknown {
  if (form === FORM.none) return undefined;
  return form === FORM.json ? parse(text) : storage.kv.get(key);
}

/** Keeps V8's form beside the row, in the same transaction; `kv` is exact for all that structured clone carries. */
export function writeClone(storage: DurableObjectStorage, key: string, encoded: Encoded): void {
  if (encoded.form === FORM.clone) storage.kv.put(key, encoded.clone);
}

function parse(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

/** Keys of V8-formed values. */
export const cloneKey = {
  payload: (run: number): string => `run:${run}:payload`,
  output: (run: number): string => `run:${run}:output`,
  step: (step: number): string => `step:${step}`,
  event: (event: number): string => `event:${event}`,
};
