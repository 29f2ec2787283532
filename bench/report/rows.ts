import type { BenchRecord, Result } from "../record.ts";

/** One line of the table: a metric of a work, with what each subject has come to. */
export interface Row {
  readonly work: string;
  readonly metric: string;
  readonly unit: string;
  readonly bySubject: ReadonlyMap<string, Result>;
}

export function rowsOf({ results }: BenchRecord): Row[] {
  const rows = new Map<string, Row & { bySubject: Map<string, Result> }>();
  for (const result of results) {
    const { work, metric, unit, subject } = result;
    const key = `${work}\n${metric}`;
    const row = rows.get(key) ?? { work, metric, unit, bySubject: new Map<string, Result>() };
    row.bySubject.set(subject, result);
    rows.set(key, row);
  }
  return [...rows.values()];
}
