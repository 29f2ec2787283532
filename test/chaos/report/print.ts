import type { Violation } from "../check/violation.ts";
import type { ChaosRecord, LifeRecord } from "../record/record.ts";
import type { Figures, Quantiles } from "./figures.ts";

/** The figures of a campaign for people. */
export function figuresText(figures: Figures): string {
  const { repeated, events, agents, boards } = figures;
  const lost = Object.values(figures.operations).reduce((sum, tries) => sum + tries.lost, 0);
  const duplicates = repeated.afterFailure + repeated.afterKill + repeated.afterRestart;
  const operations = Object.entries(figures.operations)
    .map(([method, tries]) => `${tries.answered} ${method}`)
    .join(", ");
  return [
    `seed ${figures.seed}, ${figures.seconds} s`,
    `kills      ${figures.kills}: ${listed(figures.killsBy)}`,
    `runs       ${figures.runs}: ${listed(figures.ends)}`,
    `steps      ${figures.steps}`,
    `effects    ${figures.effects}`,
    `duplicates ${duplicates}, ${(duplicates / Math.max(1, figures.steps)).toFixed(2)} per step, each explained: ${repeated.afterFailure} after a failure, ${repeated.afterKill} after a kill, ${repeated.afterRestart} after a restart of the run`,
    `events     ${events.sent} accepted, ${events.lost} maybe, ${events.delivered} delivered`,
    `operations ${operations}; ${lost} answers lost`,
    `agents     ${agents.reports} reports, ${agents.statesSeen} states seen by clients; ${boards.results} results kept of ${boards.runs} runs of pawl/agent`,
    `up again   ${spread(figures.upAgain)} after a kill`,
    `recovery   first step ${spread(figures.firstEffect)} after that; before any request ${figures.unasked} times`,
  ].join("\n");
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}

function spread({ p50, p99, max }: Quantiles): string {
  return `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
}

/** One violation with the story of its run. */
export function violationText(violation: Violation, record: ChaosRecord): string {
  const { invariant, what, life } = violation;
  const head = `${invariant} violated${life === undefined ? "" : ` by ${life.run} (life ${life.life})`}: ${what}`;
  return life === undefined ? head : `${head}\n${timeline(life, record, violation.at)}`;
}

const LONGEST_TIMELINE = 120;

/** What happened to a run and around it, in order of time, relative to its beginning. */
export function timeline(life: LifeRecord, { boots, kills }: ChaosRecord, marked?: number): string {
  const lines: [at: number, text: string][] = [];
  for (const { method, type, fromTop, tries } of life.operations) {
    for (const { sentAt, endedAt, outcome, refusal, payload } of tries) {
      const details = [type && `"${type}"`, payload && `#${payload}`, fromTop && `from act ${fromTop}`].filter(Boolean);
      const what = [method, ...details].join(" ");
      lines.push([sentAt, `${what} sent`]);
      if (endedAt !== undefined)
        lines.push([endedAt, `${what} ${outcome}${refusal === undefined ? "" : `: ${refusal}`}`]);
    }
  }
  for (const { kind, n, name, count, attempt, order, execution, incarnation, beganAt, given } of life.effects) {
    const told = order === "fail" ? ", told to fail" : "";
    const who = `execution ${execution.slice(0, 8)} in process ${incarnation.slice(0, 4)}`;
    lines.push([
      beganAt,
      `effect ${n}: ${kind} ${name}-${count} attempt ${attempt}${told}; ${who}; knows ${given.length / 2} results`,
    ]);
  }
  for (const { answeredAt, status } of life.looks.filter(
    (look, index) => statusOf(look) !== statusOf(life.looks[index - 1]),
  )) {
    lines.push([answeredAt, `status ${status === "gone" ? "gone" : status.status}`]);
  }
  const from = Math.min(...lines.map(([at]) => at));
  const to = Math.max(...lines.map(([at]) => at), marked ?? 0);
  for (const { at, how, when } of kills) if (at >= from && at <= to) lines.push([at, `KILL (${how}) ${when}`]);
  for (const { readyAt = 0 } of boots)
    if (readyAt >= from && readyAt <= to) lines.push([readyAt, "the server is ready"]);
  if (marked !== undefined) lines.push([marked, "<<< here"]);
  const sorted = lines.toSorted(([a], [b]) => a - b);
  const around = sorted.findLastIndex(([at]) => at <= (marked ?? to));
  const start = Math.max(0, Math.min(around - LONGEST_TIMELINE / 2, sorted.length - LONGEST_TIMELINE));
  const shown = sorted.slice(start, start + LONGEST_TIMELINE);
  const left = sorted.length - shown.length;
  return [
    ...shown.map(([at, text]) => `  ${String(at - from).padStart(7)} ms  ${text}`),
    ...(left > 0 ? [`  (${left} more in the record)`] : []),
  ].join("\n");
}

function statusOf(look: LifeRecord["looks"][number] | undefined): string | undefined {
  if (look === undefined) return undefined;
  return look.status === "gone" ? "gone" : look.status.status;
}
