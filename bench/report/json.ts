import type { BenchRecord, Figure } from "../record.ts";

/** The figures alone, as `--json` writes them. */
export function figuresOf({ results }: BenchRecord): Figure[] {
  return results.map(({ work, subject, metric, unit, value, min, max }) => ({
    work,
    subject,
    metric,
    unit,
    value,
    min,
    max,
  }));
}
