import type { Act, Plan, StepAct } from "../../fixtures/chaos-app/protocol.ts";
import { kindOf } from "./acts.ts";
import type { Random } from "./random.ts";

/** How plans look. */
export interface PlanStyle {
  /** How many sleeps and events outlast the engine's patience (10 s), so that it drops the run from memory, and how long. */
  readonly longWaits: { readonly share: number; readonly ms: readonly [number, number] } | undefined;
  /** What all other times are divided by; default 1. */
  readonly haste?: number;
}

/** For short runs: steps, naps and delays take a third of their time. */
export const BRISK: PlanStyle = { longWaits: undefined, haste: 3 };

/** More failures than any step has retries. */
export const ALWAYS = 1000;
/** No event of this type is ever sent. */
export const SILENCE = "silence";
/** Of a wait that is not meant to time out. */
export const HOUR_MS = 3_600_000;

/** Draws the plan of one life of an instance id. */
export function makePlan(random: Random, id: string, life: number, style: PlanStyle, reports = FEW_REPORTS): Plan {
  return new PlanMaker(random, id, style, reports).plan(life);
}

/** How often a step reports to an agent, against 100 steps that do something else. */
const FEW_REPORTS = 10;
export const MANY_REPORTS = 80;

class PlanMaker {
  readonly #random: Random;
  readonly #id: string;
  readonly #style: PlanStyle;
  readonly #reports: number;
  readonly #counts = new Map<string, number>();
  #at = 0;

  constructor(random: Random, id: string, style: PlanStyle, reports: number) {
    this.#random = random;
    this.#id = id;
    this.#style = style;
    this.#reports = reports;
  }

  plan(life: number): Plan {
    const random = this.#random;
    const undo = random.chance(0.14);
    const throws = undo && random.chance(0.6);
    const isChain = random.chance(0.06);
    const length = isChain ? random.between(25, 50) : random.between(3, 12);
    const acts: Act[] = [];
    for (let i = 0; i < length; i++) {
      const isLate = i > length - 3;
      acts.push(isChain ? this.#quick() : this.#act(undo, isLate, life));
    }
    return { life, hub: `hub-${random.between(1, 4)}`, acts, throws };
  }

  #act(undo: boolean, isLate: boolean, life: number): Act {
    const agent = this.#reports;
    switch (this.#random.weighted({ do: 55, agent, sleep: 12, wait: 12, create: isLate ? 0 : 4, together: 8 })) {
      case "do":
        return this.#do("", undo);
      case "agent":
        return this.#place("", "report", { act: "agent" });
      case "sleep":
        return this.#sleep("");
      case "wait":
        return this.#wait("", "go");
      case "create":
        return this.#create(life);
      case "together":
        break;
    }
    return { act: "together", branches: this.#branches() };
  }

  #branches(): StepAct[][] {
    const count = this.#random.between(2, 4);
    // Names are a branch's own: in branches that overtake each other, the nth use of a common one would be chance (E6).
    return Array.from({ length: count }, (_, branch) =>
      Array.from({ length: this.#random.between(1, 3) }, () =>
        this.#branchAct(`${String.fromCodePoint(97 + branch)}.`),
      ),
    );
  }

  #branchAct(prefix: string): StepAct {
    switch (this.#random.weighted({ do: 70, sleep: 20, wait: 10, agent: this.#reports })) {
      case "do":
        return this.#do(prefix, false);
      case "sleep":
        return this.#sleep(prefix);
      case "wait":
        return this.#wait(prefix, `go-${prefix[0]}`);
      case "agent":
        break;
    }
    return this.#place(prefix, "report", { act: "agent" });
  }

  #do(prefix: string, undo: boolean): StepAct {
    const random = this.#random;
    const limit = random.pick([0, 0, 1, 2, 3]);
    const isHopeless = random.chance(0.04);
    const fails = isHopeless ? ALWAYS : random.chance(0.35) ? limit : 0;
    const long = random.chance(0.5) ? random.between(40, 300) : random.between(400, 1200);
    return this.#place(prefix, random.pick(["load", "check", "send"]), {
      act: "do",
      ms: this.#brief(random.chance(0.6) ? random.between(0, 20) : long),
      limit,
      delayMs: this.#brief(random.chance(0.9) ? random.between(10, 300) : random.between(1000, 2500)),
      fails,
      gives: random.weighted({ number: 8, text: 1, map: 1 }),
      undo: undo && !isHopeless,
    });
  }

  #quick(): StepAct {
    const facts = { act: "do", ms: 0, limit: 0, delayMs: 0, fails: 0, gives: "number", undo: false } as const;
    return this.#place("", "link", facts);
  }

  #sleep(prefix: string): StepAct {
    const random = this.#random;
    const long = this.#style.longWaits;
    const isLong = long !== undefined && random.chance(long.share);
    const ms = isLong ? random.between(...long.ms) : this.#brief(random.between(10, random.chance(0.8) ? 600 : 2500));
    return this.#place(prefix, "nap", { act: "sleep", ms });
  }

  #wait(prefix: string, type: string): StepAct {
    const random = this.#random;
    if (random.chance(0.2)) {
      return this.#place(prefix, "listen", {
        act: "wait",
        type: SILENCE,
        timeoutMs: this.#brief(random.between(100, 1500)),
      });
    }
    if (random.chance(0.2)) {
      return this.#place(prefix, "hurry", { act: "wait", type, timeoutMs: this.#brief(random.between(30, 900)) });
    }
    return this.#place(prefix, "wait", { act: "wait", type, timeoutMs: HOUR_MS });
  }

  #create(life: number): StepAct {
    const id = `${this.#id}-${life}-child-${this.#at + 1}`;
    const child = new PlanMaker(this.#random, id, this.#style, this.#reports);
    const acts = Array.from({ length: this.#random.between(1, 5) }, () =>
      this.#random.chance(0.8) ? child.#do("", false) : child.#sleep(""),
    );
    return this.#place("", "delegate", { act: "create", id, plan: { life: 1, hub: "hub-1", acts, throws: false } });
  }

  #brief(ms: number): number {
    return Math.round(ms / (this.#style.haste ?? 1));
  }

  /** Gives a step its place, and the identity that the engine must give it (E6). */
  #place<T extends Unplaced>(prefix: string, base: string, facts: T): T & { at: number; name: string; count: number } {
    const name = prefix + base;
    const key = `${kindOf(facts as unknown as StepAct)} ${name}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return { ...facts, at: ++this.#at, name, count };
  }
}

type Unplaced = StepAct extends infer T ? (T extends StepAct ? Omit<T, "at" | "name" | "count"> : never) : never;
