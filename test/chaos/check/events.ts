import { TIMED_OUT } from "../../fixtures/chaos-app/protocol.ts";
import { isWait, type Placed, type WaitAct } from "../plan/acts.ts";
import { HOUR_MS, SILENCE } from "../plan/make-plan.ts";
import { type LifeRecord, spanOf, type Try, wasDone } from "../record/record.ts";
import { type Evidence, evidenceOf, outputLedger, placesOf, restartsOf, resultsOf } from "./evidence.ts";
import { type Rule, TICK_MS, type Violation } from "./violation.ts";

/** E4: waits get the events of their type, each once, in the order of acceptance, and none of them is passed over. */
export const eventsArriveOnce: Rule = (life) => {
  const waits = [...placesOf(life).values()].filter(isWait);
  if (waits.length === 0) return [];
  const shown = evidenceOf(life);
  return [
    ...silenceIsKept(life, waits, shown),
    ...stretchesOf(life).flatMap((stretch) => inStretch(life, waits, shown, stretch)),
  ];
};

/** From one restart to the next: what a restart forgets is waited for anew, and wants new events. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly fromTop: number;
}

function stretchesOf(life: LifeRecord): Stretch[] {
  const restarts = restartsOf(life);
  // Nobody can tell which events belong to what.
  if (restarts.some((restart) => wasDone(restart) === "maybe")) return [];
  const stretches: Stretch[] = [];
  let [from, fromTop] = [0, 0];
  for (const restart of restarts) {
    const span = spanOf(restart);
    stretches.push({ from, to: span.from, fromTop });
    from = span.to;
    fromTop = restart.fromTop ?? 0;
  }
  return [...stretches, { from, to: Number.POSITIVE_INFINITY, fromTop }];
}

function inStretch(
  life: LifeRecord,
  waits: readonly Placed<WaitAct>[],
  shown: readonly Evidence[],
  stretch: Stretch,
): Violation[] {
  const { from, to, fromTop } = stretch;
  const found: Violation[] = [];
  const last = lastOf(
    waits,
    shown.filter(({ at }) => at > from && at < to),
  );
  const types = new Set(waits.map(({ act }) => act.type).filter((type) => type !== SILENCE));
  for (const type of types) {
    const sent = sentIn(life, type, stretch);
    const delivered = waits
      .filter(({ act, top }) => act.type === type && top >= fromTop)
      .flatMap(({ act }) => {
        const result = last.get(act.at);
        return result === undefined ? [] : [{ act, result }];
      });
    const what = mismatch(delivered, sent);
    if (what !== undefined) found.push({ invariant: "E4", life, at: last.at, what });
  }
  return found;
}

/** What each wait has got, by the last evidence that shows it. */
function lastOf(
  waits: readonly Placed<WaitAct>[],
  shown: readonly Evidence[],
): { readonly at: number; get(place: number): number | undefined } {
  const results = new Map<number, number>();
  for (const { results: some } of shown) {
    for (const { act } of waits) {
      const result = some.get(act.at);
      if (result !== undefined) results.set(act.at, result);
    }
  }
  return { at: shown.at(-1)?.at ?? 0, get: (place) => results.get(place) };
}

function mismatch(
  delivered: readonly { readonly act: WaitAct; readonly result: number }[],
  sent: readonly Try[],
): string | undefined {
  let next = 0;
  for (const { act, result } of delivered) {
    const step = `${act.name}-${act.count}`;
    if (result === TIMED_OUT) {
      if (act.timeoutMs === HOUR_MS) return `wait ${step} timed out long before its time`;
      continue;
    }
    for (;;) {
      const one = sent[next++];
      if (one === undefined) {
        const isKnown = sent.some(({ payload }) => payload === result);
        return isKnown
          ? `wait ${step} got event ${result} of type "${act.type}" a second time or out of order`
          : `wait ${step} got event ${result} of type "${act.type}", which was not sent to it`;
      }
      if (one.payload === result) break;
      if (one.outcome === "answered") {
        return `wait ${step} got event ${result} of type "${act.type}", and event ${one.payload}, accepted before it, was passed over`;
      }
    }
  }
  return undefined;
}

/** E4: a wait does not time out when an event of its type has been accepted and nobody has got it. */
export const timeoutsMissNothing: Rule = (life) => {
  const last = stretchesOf(life).at(-1);
  const ledger = outputLedger(life);
  if (last === undefined || ledger === undefined) return [];
  const results = resultsOf(ledger);
  const waits = [...placesOf(life).values()].filter(isWait).filter(({ top }) => top >= last.fromTop);
  const found: Violation[] = [];
  for (const { act } of waits) {
    if (results.get(act.at) !== TIMED_OUT || act.type === SILENCE) continue;
    const name = `${act.name}-${act.count}`;
    const history = life.final?.history ?? [];
    const at = history.find(({ type, stepName }) => type === "wait_timed_out" && stepName === name)?.timestamp;
    if (at === undefined) continue;
    const before = new Set(waits.filter((wait) => wait.act.at < act.at).map((wait) => results.get(wait.act.at)));
    const missed = sentIn(life, act.type, last).find(
      ({ outcome, endedAt = 0, payload }) => outcome === "answered" && endedAt < at - TICK_MS && !before.has(payload),
    );
    if (missed === undefined) continue;
    const early = at - (missed.endedAt ?? 0);
    const what = `wait ${name} timed out ${early} ms after event ${missed.payload} of its type had been accepted`;
    found.push({ invariant: "E4", life, at, what });
  }
  return found;
};

/** Tries to send an event of a type from one restart to the next. */
function sentIn(life: LifeRecord, type: string, { from, to }: Stretch): Try[] {
  return life.operations
    .filter((operation) => operation.method === "sendEvent" && operation.type === type)
    .flatMap(({ tries }) => tries)
    .filter(({ sentAt }) => sentAt >= from && sentAt < to);
}

function silenceIsKept(life: LifeRecord, waits: readonly Placed<WaitAct>[], shown: readonly Evidence[]): Violation[] {
  return waits
    .filter(({ act }) => act.type === SILENCE)
    .flatMap(({ act }) => {
      const wrong = shown.find(({ results }) => (results.get(act.at) ?? TIMED_OUT) !== TIMED_OUT);
      if (wrong === undefined) return [];
      const what = `wait ${act.name}-${act.count} got an event, and none of its type was ever sent`;
      return [{ invariant: "E4" as const, life, at: wrong.at, what }];
    });
}
