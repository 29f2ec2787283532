/**
 * Durations as Cloudflare documents them (spec §7.1): a number of milliseconds, or `"<number> <unit>"` with
 * second(s), minute(s), hour(s), day(s), week(s), month(s), year(s).
 *
 * Cloudflare's parser takes an unknown unit for milliseconds: `"5 sec"` is 5 ms there. We refuse it.
 */

const SECOND = 1000;
const UNIT_MS: Readonly<Record<string, number>> = {
  second: SECOND,
  minute: 60 * SECOND,
  hour: 3600 * SECOND,
  day: 86_400 * SECOND,
  week: 7 * 86_400 * SECOND,
  month: 30 * 86_400 * SECOND,
  year: 365.25 * 86_400 * SECOND,
};

/** The longest sleep, event timeout or retry delay: 365 days (Cloudflare's limit). */
export const MAX_WAIT_MS = 365 * 86_400 * SECOND;

const PATTERN = /^(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?: +([a-z]+))?$/;

/** Milliseconds, or `undefined` for anything that is not a duration. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string") return undefined;
  const match = PATTERN.exec(value);
  if (match === null) return undefined;
  const amount = Number(match[1]);
  const unit = match[2];
  if (unit === undefined) return Number.isFinite(amount) ? amount : undefined;
  const unitMs = UNIT_MS[unit] ?? (unit.endsWith("s") ? UNIT_MS[unit.slice(0, -1)] : undefined);
  if (unitMs === undefined) return undefined;
  const ms = amount * unitMs;
  return Number.isFinite(ms) ? ms : undefined;
}

export const DURATION_HINT =
  'expected a number of milliseconds or a string like "30 seconds" (second, minute, hour, day, week, month, year)';
