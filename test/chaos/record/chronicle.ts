import type { Binding, EffectAnswer, EffectRequest } from "../../fixtures/chaos-app/protocol.ts";
import { stepsOf } from "../plan/acts.ts";
import type { BoardRecord, Boot, ChaosRecord, Effect, HubRecord, LifeRecord, Try } from "./record.ts";

/** The record while it is being written, with the questions that load, witness and killer have to it. */
export class Chronicle {
  readonly record: ChaosRecord;
  readonly #lives = new Map<string, LifeRecord>();
  readonly #calls = new Map<string, EffectAnswer>();
  readonly #listeners = new Set<(effect: Effect) => void>();
  readonly #movedAt = new Map<Binding, number>();
  #effects: number;

  constructor(record: ChaosRecord) {
    this.record = record;
    for (const life of record.lives) this.#lives.set(keyOf(life), life);
    this.#effects = record.lives.reduce((sum, { effects }) => sum + effects.length, 0);
    for (const { effects } of record.lives) for (const effect of effects) this.#calls.set(effect.call, effect);
  }

  static begin(seed: number): Chronicle {
    return new Chronicle({ seed, lives: [], boots: [], kills: [], hubs: [], boards: [], complaints: [] });
  }

  get effects(): number {
    return this.#effects;
  }

  /** When the last effect of any run of a workflow arrived. */
  movedAt(binding: Binding): number | undefined {
    return this.#movedAt.get(binding);
  }

  addLife(life: Omit<LifeRecord, "operations" | "effects" | "looks">): LifeRecord {
    const added = { ...life, operations: [], effects: [], looks: [] };
    this.record.lives.push(added);
    this.#lives.set(keyOf(added), added);
    return added;
  }

  hub(name: string): HubRecord {
    const known = this.record.hubs.find((hub) => hub.name === name);
    if (known !== undefined) return known;
    const hub: HubRecord = { name, clients: [] };
    this.record.hubs.push(hub);
    return hub;
  }

  board(name: string): BoardRecord {
    const known = this.record.boards.find((board) => board.name === name);
    if (known !== undefined) return known;
    const board: BoardRecord = { name, clients: [] };
    this.record.boards.push(board);
    return board;
  }

  /** What the witness answers. A request that is repeated, because its answer was lost, is the same effect. */
  effect(request: EffectRequest, arrivedAt: number): { answer: EffectAnswer; effect: Effect | undefined } {
    const known = this.#calls.get(request.call);
    if (known !== undefined) return { answer: { n: known.n, order: known.order }, effect: undefined };
    const life = this.#lives.get(keyOf(request));
    const answer: EffectAnswer = {
      n: ++this.#effects,
      order: life === undefined ? "give" : orderFor(life, request, this.record.boots),
    };
    this.#calls.set(request.call, answer);
    if (life === undefined) {
      this.complain(`an effect of ${request.run} in life ${request.life}, which nobody has created`);
      return { answer, effect: undefined };
    }
    const effect: Effect = { ...request, ...answer, arrivedAt };
    life.effects.push(effect);
    this.#movedAt.set(life.binding, arrivedAt);
    for (const listener of this.#listeners) listener(effect);
    return { answer, effect };
  }

  onEffect(listener: (effect: Effect) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  complain(message: string): void {
    this.record.complaints.push({ at: Date.now(), message });
  }

  /**
   * The record as somebody would have it for whom the world ended now: what was sent and is not answered may have been
   * done or not. Boots go on with the next start.
   */
  fork(): Chronicle {
    const record = structuredClone(this.record);
    const now = Date.now();
    for (const { operations } of record.lives) {
      for (const { tries } of operations) for (const one of tries) endTry(one, now);
    }
    const boot = record.boots.at(-1);
    if (boot !== undefined) boot.endedAt ??= now;
    for (const { clients } of [...record.hubs, ...record.boards]) clients.length = 0;
    return new Chronicle(record);
  }
}

function endTry(one: Try, now: number): void {
  if (one.outcome !== undefined) return;
  one.outcome = "lost";
  one.endedAt = now;
}

/** As often as the plan says, not counting attempts that were cut off before they could fail. */
function orderFor(life: LifeRecord, { kind, at, attempt }: EffectRequest, boots: readonly Boot[]): "give" | "fail" {
  if (kind === "undo") return "give";
  const act = actsOf(life).get(at);
  if (act === undefined || act.act !== "do" || act.fails === 0) return "give";
  const failed = new Set<number>();
  for (const effect of life.effects) {
    if (effect.kind !== "step" || effect.at !== at || effect.attempt >= attempt || effect.order !== "fail") continue;
    const wasCutOff = boots.some(({ endedAt = 0 }) => endedAt >= effect.beganAt && endedAt < effect.beganAt + act.ms);
    if (!wasCutOff) failed.add(effect.attempt);
  }
  return failed.size < act.fails ? "fail" : "give";
}

const acts = new WeakMap<LifeRecord, ReturnType<typeof indexActs>>();

function actsOf(life: LifeRecord): ReturnType<typeof indexActs> {
  const known = acts.get(life);
  if (known !== undefined) return known;
  const index = indexActs(life);
  acts.set(life, index);
  return index;
}

function indexActs({ plan }: LifeRecord) {
  return new Map(stepsOf(plan).map(({ act }) => [act.at, act] as const));
}

function keyOf({ run, life }: { readonly run: string; readonly life: number }): string {
  return `${run} ${life}`;
}
