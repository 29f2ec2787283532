import { Problem } from "./answers.ts";

/** How the text of one query parameter is read. Throws a Problem that says what it should have been. */
export type Parameter<T> = (name: string, values: readonly string[]) => T;

type Read<Spec extends Record<string, Parameter<unknown>>> = { [Name in keyof Spec]?: ReturnType<Spec[Name]> };

/** Longer than any id, name or cursor. */
const MAX_TEXT = 1000;

/**
 * The parameters of a request; what is not known is refused by name. Absent ones stay absent, and an empty one is as
 * absent: a form sends all its fields. @throws Problem
 */
export function readQuery<Spec extends Record<string, Parameter<unknown>>>(
  given: URLSearchParams,
  spec: Spec,
): Read<Spec> {
  const read: Record<string, unknown> = {};
  for (const name of new Set(given.keys())) {
    const parameter = Object.hasOwn(spec, name) ? spec[name] : undefined;
    if (parameter === undefined) {
      const known = Object.keys(spec);
      const there = known.length === 0 ? "there are none" : `there are: ${known.join(", ")}`;
      throw new Problem(400, `There is no query parameter "${name}" here; ${there}.`);
    }
    const values = given.getAll(name).filter((value) => value !== "");
    if (values.length > 0) read[name] = parameter(name, values);
  }
  // Each value was made by the function of its name.
  return read as Read<Spec>;
}

export function text(name: string, values: readonly string[]): string {
  const [value = ""] = values;
  if (values.length > 1) throw new Problem(400, `"${name}" is given ${values.length} times; give it once.`);
  if (value.length > MAX_TEXT) throw new Problem(400, `"${name}" is longer than ${MAX_TEXT} characters.`);
  return value;
}

/** Several, separated by commas or given one by one. */
export function list(name: string, values: readonly string[]): string[] {
  const items = values.flatMap((value) => value.split(",")).filter((value) => value !== "");
  if (items.length === 0) throw new Problem(400, `"${name}" is a list with nothing but commas in it; leave it out.`);
  return items;
}

export function wholeNumber(min: number, max: number): Parameter<number> {
  return (name, values) => {
    const value = text(name, values);
    const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isSafeInteger(number) && number >= min && number <= max) return number;
    throw new Problem(400, `"${name}" is a whole number from ${min} to ${max}, not "${value}".`);
  };
}

/** With its zone, so that it means the same wherever the server stands. A date alone is its beginning in UTC. */
const ISO_TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** Milliseconds since the epoch. */
export function time(name: string, values: readonly string[]): number {
  const value = text(name, values);
  const ms = /^\d{1,15}$/.test(value) ? Number(value) : ISO_TIME.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isSafeInteger(ms)) return ms;
  const forms = "milliseconds since 1970, or an ISO time with its zone, such as 2026-11-17T09:30:00Z";
  throw new Problem(400, `"${name}" is a time: ${forms}; not "${value}".`);
}
