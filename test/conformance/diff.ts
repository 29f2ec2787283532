import type { Json, Outcome } from "./hosts/client.ts";

/** One place where two outcomes are not the same. */
export interface Divergence {
  /** For example `result.output[1]`, `trace`, `history`. */
  readonly path: string;
  readonly left: Json;
  readonly right: Json;
}

/** Where two values are not the same; the order of an object's keys does not count. */
export function diff(left: Json, right: Json, path: string): Divergence[] {
  if (Array.isArray(left) && Array.isArray(right) && left.length === right.length) {
    return left.flatMap((item: Json, i) => diff(item, (right as readonly Json[])[i] ?? null, `${path}[${i}]`));
  }
  if (isObject(left) && isObject(right)) {
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].toSorted().flatMap((key) => diff(at(left, key), at(right, key), `${path}.${key}`));
  }
  return Object.is(left, right) ? [] : [{ path, left, right }];
}

/** Stands for a key that is not there. */
const ABSENT = "(absent)";

function at(object: { readonly [key: string]: Json }, key: string): Json {
  const value = object[key];
  return value === undefined ? ABSENT : value;
}

/**
 * Where two outcomes of a program are not the same. Traces and histories are compared as wholes, a history only where
 * both engines have one.
 */
export function compareOutcomes(left: Outcome, right: Outcome): Divergence[] {
  const found = diff(left.result, right.result, "result");
  if (JSON.stringify(left.trace) !== JSON.stringify(right.trace)) {
    found.push({ path: "trace", left: left.trace, right: right.trace });
  }
  if (
    left.history !== null &&
    right.history !== null &&
    JSON.stringify(left.history) !== JSON.stringify(right.history)
  ) {
    found.push({ path: "history", left: left.history, right: right.history });
  }
  return found;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How many single values an outcome consists of. */
export function countValues({ result, trace, history }: Outcome): number {
  return count(result) + trace.length + (history?.length ?? 0);
}

function count(value: Json): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item: Json) => sum + count(item), 0);
  return isObject(value) ? Object.values(value).reduce((sum: number, item) => sum + count(item), 0) : 1;
}
