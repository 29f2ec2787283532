import { PARTS, type Posted } from "../../fixtures/chaos-app/protocol.ts";
import {
  answeredAt,
  type BoardRecord,
  type BoardView,
  type ChaosRecord,
  type LifeRecord,
  spanOf,
} from "../record/record.ts";
import { evidenceOf, placesOf, restartsOf } from "./evidence.ts";
import { TICK_MS, type Violation } from "./violation.ts";

/**
 * Agents of pawl/agent keep each report of their runs once, in the view of the run that it comes from, and take none of a
 * run that was cancelled.
 */
export function checkBoards({ lives, boards }: ChaosRecord): Violation[] {
  return [
    ...lives.filter(({ binding }) => binding === "POSTER").flatMap(checkBoard),
    ...boards.flatMap((board) => checkSights(board, lives)),
  ];
}

/** Whether a board says of a run that has ended what the engine says. */
export function boardAgrees(life: LifeRecord, { status, total }: BoardView): boolean {
  const engine = life.final?.status;
  if (engine === undefined || engine === "gone") return false;
  const expected = ENDS[engine.status];
  if (engine.status !== "terminated") return status === expected;
  // The first word counts: a run may have said that it has come to its end before it was terminated.
  return (
    status === expected ||
    (life.plan.throws && status === "error") ||
    (status === "complete" && total === reportsOf(life).length * PARTS)
  );
}

const ENDS: Readonly<Record<string, string>> = { complete: "complete", errored: "error", terminated: "cancelled" };

/** Places of the steps that report. */
function reportsOf(life: LifeRecord): number[] {
  return [...placesOf(life).values()].filter(({ act }) => act.act === "agent").map(({ act }) => act.at);
}

function checkBoard(life: LifeRecord): Violation[] {
  const { board, final } = life;
  if (board === undefined || final === undefined) return [];
  const { hub } = life.plan;
  const complain = (what: string): Violation => ({ invariant: "agents", life, at: final.readAt, what });
  if (board === "unknown") {
    const isCreated = life.operations.some(
      (operation) => operation.method === "create" && answeredAt(operation) !== undefined,
    );
    return isCreated || final.status !== "gone" ? [complain(`board ${hub} does not know the run`)] : [];
  }
  if (final.status === "gone") return [complain(`board ${hub} has accepted the run, and it was never created`)];
  if (!(final.status.status in ENDS)) return [];
  const found = [...strangeResults(life, board.results), ...missingResults(life, board.results)].map(complain);
  if (board.total !== board.results.length) {
    found.push(complain(`board ${hub} says that there are ${board.total} results, and gives ${board.results.length}`));
  }
  if (!boardAgrees(life, board)) {
    found.push(complain(`board ${hub} has the run as ${board.status}, and it is ${final.status.status}`));
  }
  return found;
}

/** What is there and should not be. */
function strangeResults(life: LifeRecord, results: readonly Posted[]): string[] {
  const found: string[] = [];
  const reports = new Set(reportsOf(life));
  const effects = new Map(life.effects.map(({ n, at }) => [n, at] as const));
  const seen = new Set<string>();
  const closedAt = cancelledAt(life);
  for (const { run, at, part, n, sentAt } of results) {
    const key = `${at} ${part}`;
    const which = `part ${part} of the report at ${at}`;
    if (run !== life.run) found.push(`its view has a result of ${run}`);
    else if (!reports.has(at) || effects.get(n) !== at) found.push(`its view has ${which}, which no step has sent`);
    else if (seen.has(key)) found.push(`its view has ${which} twice`);
    else if (closedAt !== undefined && sentAt > closedAt + TICK_MS) {
      found.push(`its view has ${which}, sent ${sentAt - closedAt} ms after the run was cancelled`);
    }
    seen.add(key);
  }
  return found;
}

/** When the run was cancelled for good; undefined when something may have led out of that. */
function cancelledAt(life: LifeRecord): number | undefined {
  const last = life.operations.findLast(({ method }) => method === "terminate" || method === "restart");
  const isTerminated = life.final !== undefined && statusOf(life) === "terminated";
  return isTerminated && last?.method === "terminate" ? answeredAt(last) : undefined;
}

function statusOf({ final }: LifeRecord): string | undefined {
  return final === undefined || final.status === "gone" ? undefined : final.status.status;
}

/** What finished steps have reported and is not there. */
function missingResults(life: LifeRecord, results: readonly Posted[]): string[] {
  const there = new Set(results.map(({ at, part }) => `${at} ${part}`));
  const finished = statusOf(life) === "terminated" ? finishedFor(life) : new Set(reportsOf(life));
  return reportsOf(life)
    .filter((at) => finished.has(at))
    .flatMap((at) => Array.from({ length: PARTS }, (_, index) => ({ at, part: index + 1 })))
    .filter(({ at, part }) => !there.has(`${at} ${part}`))
    .map(({ at, part }) => `its view lacks part ${part} of the report at ${at}`);
}

/** Steps of a terminated run that certainly had finished. A restart before that leaves it open which life they were of. */
function finishedFor(life: LifeRecord): Set<number> {
  if (restartsOf(life).length > 0) return new Set();
  return new Set(evidenceOf(life).flatMap(({ results }) => [...results.keys()]));
}

/** What clients were shown on the way. */
function checkSights({ name, clients }: BoardRecord, lives: readonly LifeRecord[]): Violation[] {
  const found: Violation[] = [];
  const byRun = new Map(lives.map((life) => [life.run, life]));
  for (const sights of clients) {
    const cancelled = new Map<string, { at: number; total: number }>();
    for (const { run, status, total, at, strange } of sights) {
      const life = byRun.get(run);
      const complain = (what: string): void => {
        found.push({ invariant: "agents", at, what, ...(life !== undefined && { life }) });
      };
      if (strange !== undefined) complain(`a client of board ${name} saw ${strange} in the view of ${run}`);
      const before = cancelled.get(run);
      if (status === "cancelled") {
        if (before !== undefined && total > before.total && !wasRestarted(life, before.at, at)) {
          complain(`a client of board ${name} saw a cancelled run go from ${before.total} results to ${total}`);
        }
        cancelled.set(run, { at, total });
      } else if (before !== undefined) {
        cancelled.delete(run);
        if (!wasRestarted(life, before.at, at)) {
          complain(`a client of board ${name} saw ${run} cancelled and then ${status}, and nobody had restarted it`);
        }
      }
    }
  }
  return found;
}

/** A state may come to a client a while after the restart that it shows. */
function wasRestarted(life: LifeRecord | undefined, from: number, to: number): boolean {
  if (life === undefined) return false;
  const seenLateMs = 10_000;
  return restartsOf(life).some((restart) => {
    const span = spanOf(restart);
    return span.from <= to && span.to >= from - seenLateMs;
  });
}
