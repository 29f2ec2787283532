import type { EffectAct, Placed } from "../plan/acts.ts";
import { stepsOf } from "../plan/acts.ts";
import { type Effect, type LifeRecord, type Operation, spanOf, wasDone } from "../record/record.ts";

/** At a moment, somebody outside was shown that steps have results. */
export interface Evidence {
  readonly at: number;
  /** By the place of the step in the plan. */
  readonly results: ReadonlyMap<number, number>;
  /** For messages. */
  readonly source: string;
}

const cache = new WeakMap<LifeRecord, Map<number, Placed>>();

/** Steps of a life by their place in its plan. */
export function placesOf(life: LifeRecord): ReadonlyMap<number, Placed> {
  const known = cache.get(life);
  if (known !== undefined) return known;
  const places = new Map(stepsOf(life.plan).map((placed) => [placed.act.at, placed] as const));
  cache.set(life, places);
  return places;
}

/** Pairs of place and result. */
export function resultsOf(ledger: readonly number[]): Map<number, number> {
  const results = new Map<number, number>();
  for (let i = 0; i + 1 < ledger.length; i += 2) results.set(Number(ledger[i]), Number(ledger[i + 1]));
  return results;
}

/** What the output of a run says, when it has completed. */
export function outputLedger(life: LifeRecord): readonly number[] | undefined {
  const status = life.final?.status;
  if (status === undefined || status === "gone" || status.status !== "complete") return undefined;
  const { output } = status;
  const ledger: unknown = typeof output === "object" && output !== null ? Reflect.get(output, "ledger") : undefined;
  return Array.isArray(ledger) && ledger.every((item) => typeof item === "number") ? ledger : undefined;
}

/** Everything that shows results, in order of time. */
export function evidenceOf(life: LifeRecord): Evidence[] {
  const shown: Evidence[] = inOrder(life.effects).map((effect) => ({
    at: effect.beganAt,
    results: resultsOf(effect.given),
    source: `effect ${effect.n}`,
  }));
  const output = outputLedger(life);
  if (output !== undefined && life.final !== undefined) {
    shown.push({ at: life.final.readAt, results: resultsOf(output), source: "the output" });
  }
  return shown;
}

/** By the time at which the server began them. */
export function inOrder(effects: readonly Effect[]): Effect[] {
  return effects.toSorted((a, b) => a.beganAt - b.beganAt || a.n - b.n);
}

/** Restarts that were or may have been done. */
export function restartsOf(life: LifeRecord): Operation[] {
  return life.operations.filter((operation) => operation.method === "restart" && wasDone(operation) !== "no");
}

/** Whether a restart that forgets this step can have come between two moments. */
export function canBeForgotten(life: LifeRecord, at: number, from: number, to: number): boolean {
  const top = placesOf(life).get(at)?.top ?? 0;
  return restartsOf(life).some((restart) => {
    const span = spanOf(restart);
    return (restart.fromTop ?? 0) <= top && span.from <= to && span.to >= from;
  });
}

/** Effects of one step, in order of time. */
export function callsOf(life: LifeRecord): Map<Placed<EffectAct>, Effect[]> {
  const places = placesOf(life);
  const calls = new Map<Placed<EffectAct>, Effect[]>();
  for (const effect of inOrder(life.effects)) {
    if (effect.kind !== "step") continue;
    const placed = places.get(effect.at);
    if (placed === undefined) continue;
    const known = calls.get(placed as Placed<EffectAct>);
    if (known === undefined) calls.set(placed as Placed<EffectAct>, [effect]);
    else known.push(effect);
  }
  return calls;
}

/** Whether a span of time overlaps one in which something asked for from outside was under way. */
export function overlaps(operation: Operation, from: number, to: number): boolean {
  const span = spanOf(operation);
  return span.from <= to && span.to >= from;
}
