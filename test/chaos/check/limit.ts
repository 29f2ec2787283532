import { LINE_LIMIT } from "../../fixtures/chaos-app/protocol.ts";
import type { ChaosRecord, Effect, LifeRecord } from "../record/record.ts";
import { overlaps, placesOf } from "./evidence.ts";
import { TICK_MS, type Violation } from "./violation.ts";

interface Span {
  readonly life: LifeRecord;
  readonly effect: Effect;
  readonly from: number;
  readonly to: number;
}

/** Of a workflow with a concurrency limit, no more runs than that are in a callback at any moment. */
export function checkLimit({ lives, boots }: ChaosRecord): Violation[] {
  const spans = lives
    .filter(({ binding }) => binding === "LINE")
    .flatMap((life) => life.effects.flatMap((effect) => spanIn(life, effect) ?? []))
    .map((span) => ({ ...span, to: Math.min(span.to, endOfBoot(boots, span.from)) }))
    .toSorted((a, b) => a.from - b.from);
  let busy: Span[] = [];
  for (const span of spans) {
    busy = [...busy.filter(({ to }) => to > span.from + TICK_MS), span];
    const runs = new Set(busy.map(({ life }) => life.run));
    if (runs.size <= LINE_LIMIT) continue;
    const what = `effect ${span.effect.n} began when ${runs.size - 1} other runs were at work, and ${LINE_LIMIT} may be at once: ${[...runs].join(", ")}`;
    return [{ invariant: "limit", life: span.life, at: span.from, what }];
  }
  return [];
}

/** How long a callback is at work for sure. What was stopped from outside gives up its place and works to its end. */
function spanIn(life: LifeRecord, effect: Effect): Span | undefined {
  const act = placesOf(life).get(effect.at)?.act;
  if (effect.kind !== "step" || act?.act !== "do") return undefined;
  const [from, to] = [effect.beganAt, effect.beganAt + act.ms];
  const isStopped = life.operations.some(
    (operation) => !["create", "sendEvent"].includes(operation.method) && overlaps(operation, from, to),
  );
  return isStopped ? undefined : { life, effect, from, to };
}

function endOfBoot(boots: ChaosRecord["boots"], at: number): number {
  return (
    boots.find(({ spawnedAt, endedAt = Number.POSITIVE_INFINITY }) => spawnedAt <= at && endedAt >= at)?.endedAt ??
    Number.POSITIVE_INFINITY
  );
}
