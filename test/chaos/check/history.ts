import { FAILED, TIMED_OUT } from "../../fixtures/chaos-app/protocol.ts";
import type { Placed } from "../plan/acts.ts";
import type { HistoryEvent, LifeRecord } from "../record/record.ts";
import { outputLedger, placesOf, resultsOf } from "./evidence.ts";
import type { Invariant, Rule, Violation } from "./violation.ts";

/** Steps that the Agents SDK adds by itself. */
const OF_THE_SDK = /^__agent/;

/** The history of a run that has completed tells the same as witness and output. */
export const historyIsTrue: Rule = (life) => {
  const history = life.final?.history;
  const ledger = outputLedger(life);
  if (history === undefined || ledger === undefined) return [];
  const results = resultsOf(ledger);
  const places = [...placesOf(life).values()];
  return [
    ...inOrder(life, history),
    ...nothingElse(life, places, history),
    ...places.flatMap((placed) => ofStep(life, placed, results.get(placed.act.at), history)),
  ];
};

function violation(life: LifeRecord, invariant: Invariant, what: string): Violation {
  const at = life.final?.readAt;
  return { invariant, life, what: `the history: ${what}`, ...(at !== undefined && { at }) };
}

function inOrder(life: LifeRecord, history: readonly HistoryEvent[]): Violation[] {
  const found: Violation[] = [];
  const disorder = history.find(({ eventId }, index) => index > 0 && eventId <= (history[index - 1]?.eventId ?? 0));
  if (disorder !== undefined) found.push(violation(life, "E9", `${disorder.type} is out of order`));
  if (history[0]?.type !== "workflow_queued")
    found.push(violation(life, "E9", "it does not begin with workflow_queued"));
  if (history.at(-1)?.type !== "workflow_completed") {
    found.push(violation(life, "E9", "it does not end with workflow_completed"));
  }
  return found;
}

function nothingElse(life: LifeRecord, places: readonly Placed[], history: readonly HistoryEvent[]): Violation[] {
  const planned = new Set(places.map(({ act }) => `${act.name}-${act.count}`));
  const strange = history.find(
    ({ stepName = "" }) => stepName !== "" && !planned.has(stepName) && !OF_THE_SDK.test(stepName),
  );
  return strange === undefined
    ? []
    : [violation(life, "E6", `it has a step ${strange.stepName}, which is not in the plan`)];
}

function ofStep(
  life: LifeRecord,
  { act }: Placed,
  result: number | undefined,
  history: readonly HistoryEvent[],
): Violation[] {
  const step = `${act.name}-${act.count}`;
  const events = history.filter(({ stepName }) => stepName === step);
  const count = (type: string): number => events.filter((event) => event.type === type).length;
  const found: Violation[] = [];
  const expect = (invariant: Invariant, type: string, times: number): void => {
    if (count(type) === times) return;
    found.push(violation(life, invariant, `it has ${type} of ${step} ${count(type)} times instead of ${times}`));
  };
  switch (act.act) {
    case "sleep":
      expect("E5", "sleep_started", 1);
      expect("E5", "sleep_completed", 1);
      return found;
    case "wait":
      expect("E4", "wait_started", 1);
      expect("E4", "wait_completed", result === TIMED_OUT ? 0 : 1);
      expect("E4", "wait_timed_out", result === TIMED_OUT ? 1 : 0);
      return found;
    case "do":
    case "agent":
    case "create":
      break;
  }
  const hasFailed = result === FAILED;
  expect("E1", "step_started", 1);
  expect("E1", "step_completed", hasFailed ? 0 : 1);
  expect("E1", "step_errored", hasFailed ? 1 : 0);
  const output = numberIn(events.find(({ type }) => type === "step_completed")?.["output"]);
  if (!hasFailed && output !== result) {
    found.push(violation(life, "E1", `it has ${output} as the result of ${step}, and the output has ${result}`));
  }
  return found;
}

/** The number in a result, in whichever form. */
function numberIn(output: unknown): number | undefined {
  if (typeof output === "number") return output;
  if (typeof output !== "object" || output === null) return undefined;
  const n: unknown = Reflect.get(output, "n");
  return numberIn(n);
}

/** E8: an attempt fails when its callback throws, and for no other reason; a kill costs a step none of its retries. */
export const onlyFailuresCount: Rule = (life) => {
  const found: Violation[] = [];
  const history = life.final?.history ?? [];
  const ledger = outputLedger(life);
  const results = ledger === undefined ? undefined : resultsOf(ledger);
  const failing = new Set(life.effects.filter(({ order }) => order === "fail").map(({ n }) => `told to fail, ${n}`));
  for (const { act } of placesOf(life).values()) {
    if (act.act === "sleep" || act.act === "wait") continue;
    const step = `${act.name}-${act.count}`;
    const failures = history.filter(({ type, stepName }) => type === "attempt_errored" && stepName === step);
    for (const failure of failures) {
      const message: unknown = Reflect.get(failure["error"] ?? {}, "message");
      if (typeof message === "string" && failing.has(message)) continue;
      found.push(
        violation(life, "E8", `an attempt of ${step} failed, and nothing of the application did: ${String(message)}`),
      );
    }
    const limit = act.act === "do" ? act.limit : 0;
    const isHopeless = act.act === "do" && act.fails > act.limit;
    if (failures.length > limit + 1)
      found.push(violation(life, "E8", `${step} has ${failures.length} failed attempts, and may have ${limit + 1}`));
    if (results === undefined) continue;
    const hasFailed = results.get(act.at) === FAILED;
    if (hasFailed && !isHopeless) {
      found.push(
        violation(life, "E8", `${step} failed for good with ${failures.length} failures and ${limit} retries`),
      );
    }
    if (hasFailed && failures.length !== limit + 1) {
      found.push(
        violation(life, "E8", `${step} failed for good after ${failures.length} failures instead of ${limit + 1}`),
      );
    }
    if (!hasFailed && isHopeless)
      found.push(violation(life, "E8", `${step} succeeded, and every callback of it fails`));
  }
  return found;
};
