import { PageBudget } from "./page-budget.ts";
import type { AttemptPage, AttemptQuery, PageQuery, StepPage, StepView } from "./read-protocol.ts";
import type { RunReader } from "./run-reader.ts";
import { KIND } from "../journal/steps-table.ts";
import { attemptsOf, stepView } from "./step-view.ts";

/** Steps in order of start, after a place. */
export function readSteps(reader: RunReader, { after, limit }: PageQuery): StepPage {
  const steps: StepView[] = [];
  const budget = new PageBudget();
  const page = (next: number | null): StepPage => ({ steps, next, rowsRead: reader.sql.rowsRead });
  for (const row of reader.steps.after(after)) {
    const last = steps.at(-1)?.place ?? after;
    if (steps.length === limit) return page(last);
    const view = stepView(reader, row);
    if (!budget.takeJson(view)) return page(last);
    steps.push(view);
  }
  return page(null);
}

/** Attempts of one step, the latest first page by page; `undefined` where there is no such step. */
export function readAttempts(reader: RunReader, { place, before, limit }: AttemptQuery): AttemptPage | undefined {
  const row = reader.steps.at(place);
  if (row === undefined || row.kind !== KIND.do) return undefined;
  const budget = new PageBudget();
  const found = attemptsOf(reader, row, before ?? Number.MAX_SAFE_INTEGER, limit);
  // The latest ones have room first.
  const fitting = found.attempts.toReversed().findIndex((attempt) => !budget.takeJson(attempt));
  const attempts = fitting < 0 ? found.attempts : found.attempts.slice(-fitting);
  const hasEarlier = found.hasEarlier || attempts.length < found.attempts.length;
  return { attempts, next: hasEarlier ? (attempts[0]?.attempt ?? null) : null, rowsRead: reader.sql.rowsRead };
}
