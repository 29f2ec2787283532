import { setTimeout as delay } from "node:timers/promises";
import type { Binding, Plan } from "../../fixtures/chaos-app/protocol.ts";
import { hasEffect, isUndoable, kindOf, stepsOf } from "../plan/acts.ts";
import { makePlan, MANY_REPORTS } from "../plan/make-plan.ts";
import { eventDelayMs, makeScript, type Moment, type Move, type Script } from "../plan/make-script.ts";
import { Random } from "../plan/random.ts";
import type { Chronicle } from "../record/chronicle.ts";
import { type LifeRecord, type Operation, type Status, wasDone } from "../record/record.ts";
import type { Client } from "./client.ts";
import { EventSender } from "./event-sender.ts";
import { Lock } from "./lock.ts";
import { untilCreated } from "./board-reader.ts";
import type { Stage } from "./stage.ts";

const TERMINAL: ReadonlySet<string> = new Set(["complete", "errored", "terminated"]);

/** Drives one instance id through its lives: creates it, does to it what its script says, sees it to its end. */
export class Actor {
  readonly #stage: Stage;
  readonly #id: string;
  readonly #random: Random;

  constructor(stage: Stage, id: string) {
    this.#stage = stage;
    this.#id = id;
    this.#random = new Random(stage.chronicle.record.seed, id);
  }

  async play(): Promise<void> {
    for (let number = 1; ; number++) {
      // Agents remember the ids of their runs.
      const ofAgents = number === 1 ? { REPORTER: 16, POSTER: 16 } : { REPORTER: 0, POSTER: 0 };
      const binding = this.#random.weighted({ ACTS: 60, LINE: 8, ...ofAgents });
      const board = binding === "POSTER";
      const reports = board ? MANY_REPORTS : undefined;
      const plan = makePlan(this.#random, this.#id, number, this.#stage.style, reports);
      const script = makeScript(this.#random, { undo: isUndoable(plan), board });
      const life = announce(this.#stage.chronicle, { run: this.#id, life: number, binding, plan });
      if (!(await this.#create(life))) return;
      const goesOn = await new Act(this.#stage, life, script, this.#random).play();
      if (!goesOn || this.#stage.isOver) return;
    }
  }

  async #create(life: LifeRecord): Promise<boolean> {
    const { client } = this.#stage;
    const isBatch = this.#random.chance(0.15);
    const created = await client.operate(life, { method: "create" }, () => {
      if (life.binding === "REPORTER") {
        return { send: () => this.#stage.hubOf(life.plan.hub).start(life.run, life.plan) };
      }
      return isBatch && life.binding !== "POSTER"
        ? client.attemptBatch(life, "createBatch")
        : client.attempt(life, "create", [life.plan]);
    });
    if (life.binding === "POSTER" && wasDone(created) !== "yes") await untilCreated(this.#stage, life);
    return wasDone(created) !== "no";
  }
}

/** A life is in the record before anything can be heard of it, and so are those that its steps create. */
export function announce(
  chronicle: Chronicle,
  facts: { run: string; life: number; binding: Binding; plan: Plan },
): LifeRecord {
  const life = chronicle.addLife(facts);
  for (const { act } of stepsOf(facts.plan)) {
    if (act.act !== "create") continue;
    const parent = { run: facts.run, life: facts.life, at: act.at };
    chronicle.addLife({ run: act.id, life: act.plan.life, binding: "ACTS", plan: act.plan, parent });
  }
  return life;
}

/** One life: its script, its events, its end. */
class Act {
  readonly #stage: Stage;
  readonly #life: LifeRecord;
  readonly #script: Script;
  readonly #random: Random;
  readonly #lock = new Lock();
  readonly #sender: EventSender;

  constructor(stage: Stage, life: LifeRecord, script: Script, random: Random) {
    this.#stage = stage;
    this.#life = life;
    this.#script = script;
    this.#random = random;
    const events = new Random(stage.chronicle.record.seed, `${life.run} ${life.life} events`);
    this.#sender = new EventSender(life, stage.client, this.#lock, () =>
      stage.isOver ? 0 : eventDelayMs(events, stage.style),
    );
  }

  /** True when the run was deleted to be created anew. */
  async play(): Promise<boolean> {
    const sending = this.#sender.run();
    try {
      return await this.#play();
    } finally {
      this.#sender.stop();
      await sending;
    }
  }

  async #play(): Promise<boolean> {
    for (const move of this.#script.moves) {
      await this.#moment(move);
      if (this.#stage.isOver) break;
      await this.#move(move);
      if (move.move === "delete") return move.createAnew;
    }
    const end = await untilEnded(this.#stage, this.#life);
    if (end === undefined || end === "gone" || this.#stage.isOver) return false;
    const { afterwards } = this.#script;
    if (afterwards === "restart") {
      await this.#restart();
      await untilEnded(this.#stage, this.#life);
    } else if (afterwards !== "stay") await this.#delete();
    return afterwards === "delete and create anew";
  }

  /** Until so much of the run has been seen, or it does not come. */
  async #moment({ effects, withinMs }: Moment): Promise<void> {
    const until = Date.now() + withinMs;
    while (this.#life.effects.length < effects && Date.now() < until && !this.#stage.isOver) await delay(15);
  }

  async #move(move: Move): Promise<void> {
    switch (move.move) {
      case "pause":
        await this.#operate("pause");
        await delay(move.forMs / 2);
        if (this.#random.chance(0.5)) await look(this.#stage, this.#life);
        await delay(move.forMs / 2);
        await this.#operate("resume");
        return;
      case "look":
        await look(this.#stage, this.#life);
        return;
      case "terminate":
        await this.#lock.with(() => this.#terminate(move.rollback));
        await look(this.#stage, this.#life);
        if (move.restartAfterMs === undefined) return;
        await delay(move.restartAfterMs);
        await this.#restart();
        return;
      case "restart":
        await this.#restart();
        return;
      case "restart from a step":
        await this.#restartFrom();
        return;
      case "delete":
        await this.#delete();
        return;
    }
  }

  #terminate(rollback: boolean): Promise<Operation> {
    const { client } = this.#stage;
    if (!rollback) return client.operate(this.#life, { method: "terminate" });
    return client.operate(this.#life, { method: "terminate", rollback }, () =>
      client.attempt(this.#life, "terminate", [{ rollback }]),
    );
  }

  #operate(method: "pause" | "resume"): Promise<Operation> {
    return this.#stage.client.operate(this.#life, { method });
  }

  async #restart(): Promise<void> {
    await this.#lock.with(async () => {
      delete this.#life.final;
      const restarted = await this.#stage.client.operate(this.#life, { method: "restart", fromTop: 0 });
      if (wasDone(restarted) !== "no") this.#sender.startOver(0);
    });
  }

  /** From a step of which the witness knows that it has begun. */
  async #restartFrom(): Promise<void> {
    const known = knownSteps(this.#life);
    if (known.length === 0) return;
    const { act, top } = this.#random.pick(known);
    const from = { name: act.name, count: act.count, type: kindOf(act) };
    await this.#lock.with(async () => {
      const { client } = this.#stage;
      const restarted = await client.operate(this.#life, { method: "restart", fromTop: top }, () =>
        client.attempt(this.#life, "restart", [{ from }]),
      );
      if (wasDone(restarted) !== "no") this.#sender.startOver(top);
    });
  }

  async #delete(): Promise<void> {
    const { client } = this.#stage;
    const isBatch = this.#random.chance(0.3);
    await this.#lock.with(() =>
      client.operate(this.#life, { method: "delete" }, () =>
        isBatch ? client.attemptBatch(this.#life, "deleteBatch") : client.attempt(this.#life, "delete", []),
      ),
    );
    await readFinal(this.#stage.client, this.#life);
  }
}

/** Steps outside of branches that have begun, by what the last effect says. */
function knownSteps(life: LifeRecord) {
  const last = life.effects.findLast(({ kind }) => kind === "step");
  if (last === undefined) return [];
  const known = new Set([last.at, ...last.given.filter((_, index) => index % 2 === 0)]);
  return stepsOf(life.plan).filter(({ act, branch }) => branch === undefined && known.has(act.at));
}

async function look({ client }: Stage, life: LifeRecord): Promise<Status | "gone"> {
  const sentAt = Date.now();
  const status = await client.status(life);
  life.looks.push({ sentAt, answeredAt: Date.now(), status });
  return status;
}

/** Resolves with the status at the end, or with nothing when the run does not move any more. */
export async function untilEnded(stage: Stage, life: LifeRecord): Promise<Status | "gone" | undefined> {
  const steps = stepsOf(life.plan);
  const lastEffect = steps.findLast(hasEffect)?.act.at;
  const longestMs = Math.max(0, ...steps.map(({ act }) => (act.act === "sleep" ? act.ms : 0)));
  const askedAt = Date.now();
  for (;;) {
    const isNearEnd = lastEffect === undefined || life.effects.some(({ at }) => at === lastEffect);
    await delay(isNearEnd ? 250 : 1000);
    const status = await look(stage, life);
    if (status === "gone" || TERMINAL.has(status.status)) {
      await readFinal(stage.client, life);
      return status;
    }
    // Who stands in line moves when others do.
    const lastEffectAt = life.binding === "LINE" ? stage.chronicle.movedAt("LINE") : life.effects.at(-1)?.arrivedAt;
    const movedAt = Math.max(lastEffectAt ?? 0, stage.calmSince, askedAt);
    if (stage.isOver && Date.now() - movedAt > stage.patienceMs + longestMs) {
      life.final = { readAt: Date.now(), status };
      return undefined;
    }
  }
}

export async function readFinal(client: Client, life: LifeRecord): Promise<Status | "gone"> {
  const status = await client.status(life);
  const hasEnded = status !== "gone" && TERMINAL.has(status.status);
  const history = hasEnded ? { history: await client.history(life) } : {};
  life.final = { readAt: Date.now(), status, ...history };
  return status;
}
