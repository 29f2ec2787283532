import { parseDuration } from "../time/duration.ts";
import { refused } from "./route.ts";

/** How long a run is kept after its end, in ms; what is not given follows the workflow's default. */
export interface Retention {
  successRetentionMs?: number;
  errorRetentionMs?: number;
}

/** What Cloudflare keeps on its paid plan. */
export const DEFAULT_RETENTION_MS = 30 * 86_400_000;

/** Checks the `retention` of `create`. Terminated runs are kept as errored ones are. */
export function retentionOf(given: unknown): Retention {
  if (given === undefined || given === null) return {};
  if (typeof given !== "object" || Array.isArray(given)) {
    const type = Array.isArray(given) ? "array" : typeof given;
    throw refused(
      `(body) Invalid retention: expected an object with successRetention and errorRetention, received ${type}`,
    );
  }
  const successRetention: unknown = Reflect.get(given, "successRetention") ?? null;
  const errorRetention: unknown = Reflect.get(given, "errorRetention") ?? null;
  return {
    ...(successRetention !== null && { successRetentionMs: duration(successRetention) }),
    ...(errorRetention !== null && { errorRetentionMs: duration(errorRetention) }),
  };
}

function duration(value: unknown): number {
  // A bare number in text has no unit, and is refused here.
  const ms = typeof value === "string" && !/[a-z]/.test(value) ? undefined : parseDuration(value);
  if (ms === undefined || ms <= 0) {
    throw refused(
      "(body) Duration must be a number or a string in format '{{number}} {{unit}}' where unit is second(s), minute(s), etc.",
    );
  }
  return ms;
}
