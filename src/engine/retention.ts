import { parseDuration } from "./duration.ts";
import { refused } from "./route.ts";

/** How long a run is kept after its end, in ms; what is not given follows the workflow's default. */
export interface Retention {
  successRetentionMs?: number;
  errorRetentionMs?: number;
}

/** What Cloudflare keeps on its paid plan. */
export const DEFAULT_RETENTION_MS = 30 * 86_400_000;

/** Checks the `retention` of `create`. Terminated runs are kept as errored ones are. */
export function retentionOf(
  given: { successRetention?: unknown; errorRetention?: unknown } | null | undefined,
): Retention {
  const { successRetention = null, errorRetention = null } = given ?? {};
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
