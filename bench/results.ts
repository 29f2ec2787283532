import type { Result } from "./record.ts";
import { median } from "./statistics.ts";
import type { Measured, Metric, Work } from "./works/index.ts";

/**
 * The figures of one work on one subject: medians, and Pawl's as shares of the limits measured before, where there are
 * any.
 */
export function resultsOf(
  work: Work,
  subject: string,
  { values, note }: Measured,
  limits: readonly Result[],
): Result[] {
  return work.metrics.flatMap((metric) => {
    const found = values[metric.name];
    if (found === undefined || found.length === 0) return [];
    const value = median(found);
    return [
      {
        work: work.name,
        subject,
        metric: metric.name,
        unit: metric.unit,
        value,
        min: Math.min(...found),
        max: Math.max(...found),
        better: metric.better,
        ...(metric.at !== undefined && { at: metric.at }),
        ...(subject === "pawl" && shareOf(metric, value, limits)),
        ...(note !== undefined && { note }),
      },
    ];
  });
}

function shareOf({ limit, better }: Metric, value: number, limits: readonly Result[]): Partial<Result> {
  if (limit === undefined) return {};
  const found = limits.find(({ work, metric }) => work === limit.work && metric === limit.metric);
  if (found === undefined) return {};
  const best = limit.inUnit?.(found.value) ?? found.value;
  return { share: better === "more" ? value / best : best / value, limit: `${limit.work}: ${limit.metric}` };
}
