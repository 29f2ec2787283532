import type { Boot, HistoryEvent, LifeRecord } from "../record/record.ts";
import { overlaps, placesOf, resultsOf } from "./evidence.ts";
import { type Circumstances, type Rule, TICK_MS, type Violation } from "./violation.ts";

/** E5: what the witness sees after a sleep comes when the sleep is over, not before. */
export const sleepsLast: Rule = (life) => {
  const found: Violation[] = [];
  const sequence = [...placesOf(life).values()].filter(({ branch }) => branch === undefined);
  const effects = new Map(life.effects.map((effect) => [effect.n, effect]));
  for (const effect of life.effects) {
    const place = sequence.findIndex(({ act }) => act.at === effect.at);
    if (effect.kind !== "step" || place < 0) continue;
    let sleptMs = 0;
    let index = place - 1;
    for (; sequence[index]?.act.act === "sleep"; index--) {
      const act = sequence[index]?.act;
      sleptMs += act?.act === "sleep" ? act.ms : 0;
    }
    const before = sequence[index];
    // Beside a `together` there is nobody whose end would be known.
    const isNext = before !== undefined && before.top === (sequence[place]?.top ?? 0) - (place - index);
    if (sleptMs === 0 || !isNext) continue;
    const began = effects.get(resultsOf(effect.given).get(before.act.at) ?? 0);
    if (began === undefined || began.at !== before.act.at) continue;
    const workedMs = before.act.act === "do" ? before.act.ms : 0;
    const early = began.beganAt + workedMs + sleptMs - effect.beganAt;
    if (early <= TICK_MS * (place - index)) continue;
    const what = `effect ${effect.n} of ${effect.name}-${effect.count} came ${early} ms before the sleep in front of it was over`;
    found.push({ invariant: "E5", life, at: effect.beganAt, what });
  }
  return found;
};

/** E5: sleeps, back-offs and timeouts end when they are due, and not much later where the server was up. */
export const timersAreKept: Rule = (life, circumstances) => {
  const history = life.final?.history;
  if (history === undefined) return [];
  const found: Violation[] = [];
  for (const { name, from, dueAt, endedAt } of waitsOf(life, history)) {
    const early = dueAt - endedAt;
    if (early > TICK_MS) {
      found.push({ invariant: "E5", life, at: endedAt, what: `${name} ended ${early} ms before its time` });
    }
    const late = lateness(life, from, dueAt, endedAt, circumstances);
    if (late > circumstances.lateMs) {
      const what = `${name} was due, and came ${late} ms too late, not counting the time in which the server was down`;
      found.push({ invariant: "E5", life, at: endedAt, what });
    }
  }
  return found;
};

interface Due {
  readonly name: string;
  readonly from: number;
  readonly dueAt: number;
  readonly endedAt: number;
}

/** Everything in the history of a run that was due at a time. */
function waitsOf(life: LifeRecord, history: readonly HistoryEvent[]): Due[] {
  const timeouts = new Map<string, number>(
    [...placesOf(life).values()].flatMap(({ act }) =>
      act.act === "wait" ? [[`${act.name}-${act.count}`, act.timeoutMs] as const] : [],
    ),
  );
  const waits: Due[] = [];
  for (const { type, timestamp: from, stepName = "", durationMs, retryDelayMs, attempt } of history) {
    const ends = (end: HistoryEvent["type"]): number | undefined =>
      history.find((event) => event.type === end && event.stepName === stepName)?.timestamp;
    if (type === "sleep_started") {
      const endedAt = ends("sleep_completed");
      if (endedAt !== undefined)
        waits.push({ name: `sleep ${stepName}`, from, dueAt: from + Number(durationMs), endedAt });
    } else if (type === "wait_started") {
      const endedAt = ends("wait_timed_out");
      const dueAt = from + (timeouts.get(stepName) ?? 0);
      if (endedAt !== undefined) waits.push({ name: `the timeout of ${stepName}`, from, dueAt, endedAt });
    } else if (type === "attempt_errored" && retryDelayMs !== undefined) {
      const next = history.find(
        (event) =>
          event.type === "attempt_started" && event.stepName === stepName && Number(event["attempt"]) > Number(attempt),
      );
      const dueAt = from + Number(retryDelayMs);
      if (next !== undefined) waits.push({ name: `the retry of ${stepName}`, from, dueAt, endedAt: next.timestamp });
    }
  }
  return waits;
}

/** How long something that was due did not come although the server was up, kills and pauses counted generously. */
function lateness(
  life: LifeRecord,
  from: number,
  dueAt: number,
  endedAt: number,
  { boots, lateMs }: Circumstances,
): number {
  const late = endedAt - dueAt;
  if (late <= lateMs) return late;
  // Who has a place in line waits for it.
  if (life.binding === "LINE") return 0;
  const isHeld = life.operations.some(
    (operation) => ["pause", "resume", "restart"].includes(operation.method) && overlaps(operation, from, endedAt),
  );
  if (isHeld) return 0;
  const isPaused = life.operations.some(({ method, tries }) => method === "pause" && (tries[0]?.sentAt ?? 0) < endedAt);
  if (isPaused) return 0;
  return late - downtime(boots, dueAt, endedAt, lateMs);
}

/** Time between two moments in which no server was up, and the grace that each start is given. */
function downtime(boots: readonly Boot[], from: number, to: number, graceMs: number): number {
  let down = 0;
  for (const [index, boot] of boots.entries()) {
    const before = boots[index - 1]?.endedAt ?? boot.spawnedAt;
    const up = boot.readyAt ?? boot.endedAt ?? to;
    const [start, end] = [Math.max(from, before), Math.min(to, up)];
    if (end > start) down += end - start + graceMs;
  }
  return down;
}
