import type { ChaosRecord, LifeRecord } from "../record/record.ts";
import { checkAgents } from "./agents.ts";
import { checkBoards } from "./boards.ts";
import { eventsArriveOnce, timeoutsMissNothing } from "./events.ts";
import { evidenceOf, placesOf } from "./evidence.ts";
import {
  finishedStepsRest,
  repetitionsHaveReasons,
  resultsAreReal,
  resultsStay,
  stepsKeepTheirNames,
} from "./finished-steps.ts";
import { historyIsTrue, onlyFailuresCount } from "./history.ts";
import { checkLimit } from "./limit.ts";
import { endsAreFinal, refusalsHaveReasons, runsEnd } from "./outcome.ts";
import { oneExecutionAtATime, statusesAreTrue, whatIsStoppedRests } from "./stale-executions.ts";
import { sleepsLast, timersAreKept } from "./time.ts";
import { failuresAreUndone } from "./undo.ts";
import type { Circumstances, Rule, Violation } from "./violation.ts";

const RULES: readonly Rule[] = [
  finishedStepsRest,
  resultsStay,
  resultsAreReal,
  repetitionsHaveReasons,
  stepsKeepTheirNames,
  oneExecutionAtATime,
  whatIsStoppedRests,
  statusesAreTrue,
  eventsArriveOnce,
  timeoutsMissNothing,
  sleepsLast,
  timersAreKept,
  historyIsTrue,
  onlyFailuresCount,
  runsEnd,
  endsAreFinal,
  refusalsHaveReasons,
  failuresAreUndone,
];

export interface Bounds {
  readonly lateMs: number;
  /** See `Circumstances`. */
  readonly isOver: boolean;
}

export function checkLife(life: LifeRecord, circumstances: Circumstances): Violation[] {
  return RULES.flatMap((rule) => rule(life, circumstances));
}

/** Everything that is wrong with what was recorded. */
export function check(record: ChaosRecord, { lateMs, isOver }: Bounds): Violation[] {
  const { boots, kills } = record;
  const circumstances = { boots, kills, lateMs, isOver };
  return [
    ...record.lives.flatMap((life) => checkLife(life, circumstances)),
    ...record.lives.flatMap((life) => checkChild(life, record)),
    ...checkLimit(record),
    ...(isOver ? checkAgents(record) : []),
    ...checkBoards(record),
    ...record.complaints.map(({ at, message }): Violation => ({ invariant: "log", at, what: message })),
  ];
}

/** E9: a run whose creation a finished step has seen to is there. */
function checkChild(child: LifeRecord, { lives }: ChaosRecord): Violation[] {
  const { parent, final } = child;
  if (parent === undefined || final?.status !== "gone") return [];
  const creator = lives.find(({ run, life }) => run === parent.run && life === parent.life);
  const shown = creator && evidenceOf(creator).find(({ results }) => results.has(parent.at));
  if (creator === undefined || shown === undefined) return [];
  const act = placesOf(creator).get(parent.at)?.act;
  const what = `the run is gone, and ${act?.name}-${act?.count} of ${parent.run} had created it, as ${shown.source} shows`;
  return [{ invariant: "E9", life: child, at: final.readAt, what }];
}
