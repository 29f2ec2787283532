import type { Act, DoAct, Plan, StepAct } from "../../fixtures/chaos-app/protocol.ts";
import type { Boot, ChaosRecord, Effect, HistoryEvent, LifeRecord, Operation, Status, Try } from "../record/record.ts";
import { HOUR_MS } from "../plan/make-plan.ts";
import { check } from "./check.ts";

/** Records made by hand, for tests of the rules: a sound one, and what changes it. */

export function doAct(at: number, name: string, more: Partial<DoAct> = {}): DoAct {
  return {
    act: "do",
    at,
    name,
    count: 1,
    ms: 0,
    limit: 0,
    delayMs: 0,
    fails: 0,
    gives: "number",
    undo: false,
    ...more,
  };
}

export function sleepAct(at: number, name: string, ms: number): StepAct {
  return { act: "sleep", at, name, count: 1, ms };
}

export function waitAct(at: number, name: string, type = "go", count = 1, timeoutMs = HOUR_MS): StepAct {
  return { act: "wait", at, name, count, type, timeoutMs };
}

export function planOf(acts: readonly Act[], throws = false): Plan {
  return { life: 1, hub: "hub-1", acts, throws };
}

const EXECUTION = "first execution";
const PROCESS = "first process";

export function effect(plan: Plan, at: number, beganAt: number, more: Partial<Effect> = {}): Effect {
  const act = plan.acts
    .flatMap((one) => (one.act === "together" ? one.branches.flat() : [one]))
    .find((one) => one.at === at);
  return {
    kind: "step",
    run: "run-1",
    life: 1,
    at,
    name: act?.name ?? "unknown",
    count: act?.count ?? 1,
    attempt: 1,
    execution: EXECUTION,
    incarnation: PROCESS,
    call: `${at} ${beganAt}`,
    beganAt,
    arrivedAt: beganAt + 1,
    given: [],
    n: at * 10,
    order: "give",
    ...more,
  };
}

export function operation(
  method: Operation["method"],
  sentAt: number,
  more: Partial<Operation> & Partial<Try> = {},
): Operation {
  const { fromTop, rollback, type, payload, outcome = "answered", endedAt = sentAt + 2, refusal } = more;
  const one: Try = {
    sentAt,
    endedAt,
    outcome,
    ...(payload !== undefined && { payload }),
    ...(refusal !== undefined && { refusal }),
  };
  return {
    method,
    tries: more.tries ?? [one],
    ...(fromTop !== undefined && { fromTop }),
    ...(rollback !== undefined && { rollback }),
    ...(type !== undefined && { type }),
  };
}

export interface LifeParts {
  readonly operations?: readonly Operation[];
  readonly effects: readonly Effect[];
  readonly status?: Partial<Status> | "gone";
  readonly ledger?: readonly number[];
  readonly history?: readonly HistoryEvent[];
  readonly looks?: LifeRecord["looks"];
  readonly readAt?: number;
}

/** A life that was created at 1 and was looked at at 10 000, complete with this ledger unless `status` says otherwise. */
export function lifeOf(plan: Plan, parts: LifeParts): LifeRecord {
  const { operations = [], effects, ledger = [], readAt = 10_000 } = parts;
  const status = parts.status === "gone" ? "gone" : { status: "complete", output: { ledger }, ...parts.status };
  const history = parts.history ?? historyOf(plan, ledger);
  const isComplete = status !== "gone" && status.status === "complete";
  return {
    run: "run-1",
    life: 1,
    binding: "ACTS",
    plan,
    operations: [operation("create", 1), ...operations],
    effects: [...effects],
    looks: [...(parts.looks ?? [])],
    final: { readAt, status, ...((isComplete || parts.history !== undefined) && { history }) },
  };
}

/** As the engine tells it of a run without any failure. */
export function historyOf(plan: Plan, ledger: readonly number[]): HistoryEvent[] {
  const results = new Map<number, number>();
  for (let i = 0; i + 1 < ledger.length; i += 2) results.set(Number(ledger[i]), Number(ledger[i + 1]));
  let eventId = 0;
  const event = (type: string, facts: object = {}): HistoryEvent => ({
    eventId: ++eventId,
    timestamp: eventId,
    type,
    ...facts,
  });
  const steps = plan.acts
    .flatMap((act) => (act.act === "together" ? act.branches.flat() : [act]))
    .flatMap((act) => {
      const stepName = `${act.name}-${act.count}`;
      if (act.act === "sleep") {
        const started = event("sleep_started", { stepName, durationMs: act.ms });
        return [started, { ...event("sleep_completed", { stepName }), timestamp: started.timestamp + act.ms }];
      }
      if (act.act === "wait") return [event("wait_started", { stepName }), event("wait_completed", { stepName })];
      return [event("step_started", { stepName }), event("step_completed", { stepName, output: results.get(act.at) })];
    });
  return [event("workflow_queued"), ...steps, event("workflow_completed")].map((one, index) => ({
    ...one,
    eventId: index + 1,
  }));
}

/** Three steps, one after the other. */
export const CHAIN = planOf([doAct(1, "a"), doAct(2, "b"), doAct(3, "c")]);

/** A run of them without any trouble, unless parts of it are given. */
export function chain(more: Partial<LifeParts> = {}): LifeRecord {
  return lifeOf(CHAIN, { effects: Object.values(chainEffects()), ledger: [1, 10, 2, 20, 3, 30], ...more });
}

export function chainEffects(): { a: Effect; b: Effect; c: Effect } {
  return {
    a: effect(CHAIN, 1, 100),
    b: effect(CHAIN, 2, 200, { given: [1, 10] }),
    c: effect(CHAIN, 3, 300, { given: [1, 10, 2, 20] }),
  };
}

/** After the kill. */
export const SECOND = { execution: "second execution", incarnation: "second process" };

/** One kill, at 250. */
const TWO_BOOTS: readonly Boot[] = [
  { spawnedAt: 0, readyAt: 0, endedAt: 250 },
  { spawnedAt: 260, readyAt: 300 },
];

export function recordOf(lives: LifeRecord[], more: Partial<ChaosRecord> = {}): ChaosRecord {
  return { seed: 1, lives, boots: [...TWO_BOOTS], kills: [], hubs: [], boards: [], complaints: [], ...more };
}

/** What the checker has against a record, `E1: …`. */
export function problemsOfAll(record: ChaosRecord): string[] {
  return check(record, { lateMs: 1000, isOver: true }).map(({ invariant, what }) => `${invariant}: ${what}`);
}

/** What it has against a life, with other starts of the server where they matter. */
export function problemsOf(life: LifeRecord, boots: readonly Boot[] = TWO_BOOTS): string[] {
  return problemsOfAll(recordOf([life], { boots: [...boots] }));
}
