import { TIMED_OUT } from "../../fixtures/chaos-app/protocol.ts";
import { isWait } from "../plan/acts.ts";
import { canBeForgotten, callsOf, evidenceOf, placesOf } from "../check/evidence.ts";
import type { ChaosRecord, LifeRecord } from "../record/record.ts";

/** What a campaign amounted to. Times in milliseconds. */
export interface Figures {
  readonly seed: number;
  readonly seconds: number;
  readonly runs: number;
  /** How runs ended, by status. */
  readonly ends: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly killsBy: Readonly<Record<string, number>>;
  readonly starts: number;
  /** Steps, sleeps and waits that had a result which somebody outside was shown. */
  readonly steps: number;
  readonly effects: number;
  /** Callbacks that were called again, by the reason; a call without a reason is a violation. */
  readonly repeated: { readonly afterFailure: number; readonly afterKill: number; readonly afterRestart: number };
  readonly events: { readonly sent: number; readonly lost: number; readonly delivered: number };
  /** Operations by method: how many tries were answered, refused, lost. */
  readonly operations: Readonly<Record<string, Tries>>;
  readonly agents: { readonly reports: number; readonly statesSeen: number };
  /** Runs of pawl/agent, and the results that their agents keep. */
  readonly boards: { readonly runs: number; readonly results: number };
  /** From a kill to a server that takes requests. */
  readonly upAgain: Quantiles;
  /** From then to the first effect of a run that goes on; before the first request where `unasked`. */
  readonly firstEffect: Quantiles;
  readonly unasked: number;
}

export interface Tries {
  answered: number;
  refused: number;
  lost: number;
}

export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function figuresOf(record: ChaosRecord): Figures {
  const { lives, boots, kills } = record;
  const effects = lives.flatMap((life) => life.effects);
  const first = boots[0]?.spawnedAt ?? 0;
  const last = Math.max(first, ...boots.map(({ endedAt = 0 }) => endedAt), effects.at(-1)?.arrivedAt ?? 0);
  const recoveries = recoveriesOf(record);
  return {
    seed: record.seed,
    seconds: Math.round((last - first) / 1000),
    runs: lives.length,
    ends: countBy(lives, ({ final }) =>
      final === undefined ? "not seen" : final.status === "gone" ? "gone" : final.status.status,
    ),
    kills: kills.length,
    killsBy: countBy(kills, ({ how, when }) => (how === "group" ? when.replace(/^\d ms after/, "right after") : how)),
    starts: boots.filter(({ readyAt }) => readyAt !== undefined).length,
    steps: lives.reduce((sum, life) => sum + stepsShown(life), 0),
    effects: effects.length,
    repeated: repeatedIn(lives),
    events: eventsOf(lives),
    operations: operationsOf(lives),
    agents: {
      reports: record.hubs.reduce((sum, { final }) => sum + (final?.reported.length ?? 0), 0),
      statesSeen: record.hubs.reduce(
        (sum, { clients }) => sum + clients.reduce((all, seen) => all + seen.length, 0),
        0,
      ),
    },
    boards: boardsOf(lives),
    upAgain: quantiles(recoveries.map(({ upAgainMs }) => upAgainMs)),
    firstEffect: quantiles(recoveries.flatMap(({ firstEffectMs }) => firstEffectMs ?? [])),
    unasked: recoveries.filter(({ isUnasked }) => isUnasked).length,
  };
}

/** Results that evidence shows, each once. */
function stepsShown(life: LifeRecord): number {
  const shown = new Set<string>();
  for (const { results } of evidenceOf(life)) for (const [at, result] of results) shown.add(`${at} ${result}`);
  return shown.size;
}

function repeatedIn(lives: readonly LifeRecord[]): Figures["repeated"] {
  let [afterFailure, afterKill, afterRestart] = [0, 0, 0];
  for (const life of lives) {
    for (const [{ act }, calls] of callsOf(life)) {
      for (const [index, call] of calls.entries()) {
        const before = calls[index - 1];
        if (before === undefined) continue;
        if (canBeForgotten(life, act.at, before.beganAt, call.beganAt)) afterRestart++;
        else if (before.incarnation !== call.incarnation) afterKill++;
        else afterFailure++;
      }
    }
  }
  return { afterFailure, afterKill, afterRestart };
}

function eventsOf(lives: readonly LifeRecord[]): Figures["events"] {
  const tries = lives.flatMap(({ operations }) =>
    operations.filter(({ method }) => method === "sendEvent").flatMap((operation) => operation.tries),
  );
  let delivered = 0;
  for (const life of lives) {
    const waits = [...placesOf(life).values()].filter(isWait);
    const got = new Set(evidenceOf(life).flatMap(({ results }) => waits.map(({ act }) => results.get(act.at))));
    got.delete(undefined);
    got.delete(TIMED_OUT);
    delivered += got.size;
  }
  const count = (outcome: string): number => tries.filter((one) => one.outcome === outcome).length;
  return { sent: count("answered"), lost: count("lost"), delivered };
}

function boardsOf(lives: readonly LifeRecord[]): Figures["boards"] {
  const views = lives.flatMap(({ board }) => (board === undefined || board === "unknown" ? [] : [board]));
  return { runs: views.length, results: views.reduce((sum, { results }) => sum + results.length, 0) };
}

function operationsOf(lives: readonly LifeRecord[]): Record<string, Tries> {
  const by: Record<string, Tries> = {};
  for (const { operations } of lives) {
    for (const { method, tries } of operations) {
      const counts = (by[method] ??= { answered: 0, refused: 0, lost: 0 });
      for (const { outcome } of tries) if (outcome !== undefined) counts[outcome]++;
    }
  }
  return by;
}

interface Recovery {
  readonly upAgainMs: number;
  readonly firstEffectMs: number | undefined;
  readonly isUnasked: boolean;
}

/** Each time that the server came back after it had gone. */
function recoveriesOf({ boots, lives }: ChaosRecord): Recovery[] {
  const arrivals = lives.flatMap(({ effects }) => effects.map(({ arrivedAt }) => arrivedAt)).toSorted((a, b) => a - b);
  const recoveries: Recovery[] = [];
  let downSince: number | undefined;
  for (const { readyAt, spawnedAt, openedAt, endedAt } of boots) {
    if (readyAt !== undefined) {
      if (downSince !== undefined) {
        const firstEffectAt = arrivals.find((at) => at > spawnedAt && at < (endedAt ?? Number.POSITIVE_INFINITY));
        recoveries.push({
          upAgainMs: readyAt - downSince,
          firstEffectMs: firstEffectAt === undefined ? undefined : Math.max(0, firstEffectAt - readyAt),
          isUnasked: firstEffectAt !== undefined && (openedAt === undefined || firstEffectAt <= openedAt),
        });
      }
      downSince = undefined;
    }
    downSince ??= endedAt;
  }
  return recoveries;
}

export function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: Math.round(sorted.at(-1) ?? 0) };
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    const key = keyOf(item);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
