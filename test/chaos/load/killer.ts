import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../plan/random.ts";
import type { Effect, Kill, Method } from "../record/record.ts";
import type { Ambush, Reaction } from "../server/witness.ts";
import type { Surroundings, Trouble } from "./trouble.ts";

/** How long to lie in wait for a moment before killing at any. */
const AMBUSH_MS = 1500;
/** How long requests are held back after a start at most, to see that the engine goes on without any. */
const HOLD_MS = 2000;

/** Effects to lie in wait for. */
const PREY: Readonly<Record<string, (effect: Effect) => boolean>> = {
  "an effect": () => true,
  "a retry": ({ attempt }) => attempt > 1,
  "an undoing": ({ kind }) => kind === "undo",
  "a report to an agent": ({ name }) => name.endsWith("report"),
  "an effect late in a run": ({ given }) => given.length > 8,
};

/**
 * Kills the server again and again: at any moment, right when an effect arrives at the witness, right after it was
 * answered, right when a client has its answer, and while it starts. Brings it back each time.
 */
export class Killer implements Trouble {
  readonly #surroundings: Surroundings;
  /** How long the server is left in peace between being up and the next kill. */
  readonly #peaceMs: readonly [number, number];
  #ambush: Ambush = () => undefined;
  #onAnswer: (method: Method) => void = () => {};
  #hasRuntimeDied = false;

  constructor(surroundings: Surroundings, peaceMs: readonly [number, number]) {
    this.#surroundings = surroundings;
    this.#peaceMs = peaceMs;
  }

  readonly ambush: Ambush = (effect) => this.#ambush(effect);

  readonly answered = (method: Method): void => this.#onAnswer(method);

  async run(isOver: () => boolean): Promise<void> {
    const { random } = this.#surroundings;
    while (!isOver()) {
      await pause(random.between(...this.#peaceMs), isOver);
      if (isOver()) return;
      const how = this.#how();
      await this.#atMoment((when) => this.#strike(how, when));
      await this.#recover(how);
    }
  }

  #how(): Kill["how"] {
    const how = this.#surroundings.random.weighted({ group: 84, runtime: 10, stop: 6 });
    // The host starts workerd again ever more slowly when it ends again and again.
    if (how === "runtime" && this.#hasRuntimeDied) return "group";
    this.#hasRuntimeDied = how === "runtime";
    return how;
  }

  #strike(how: Kill["how"], when: string): void {
    const { server, chronicle } = this.#surroundings;
    if (how !== "stop") {
      server.kill(how, when);
      return;
    }
    chronicle.record.kills.push({ at: Date.now(), how, when });
    void server.stop();
  }

  /** Resolves when it is done. */
  async #atMoment(strike: (when: string) => void): Promise<void> {
    const { random } = this.#surroundings;
    const moment = random.weighted({ any: 30, arrival: 25, answer: 20, reply: 25 });
    if (moment === "any") {
      strike("at any moment");
      return;
    }
    const prey = random.pick(Object.keys(PREY));
    const patient = new AbortController();
    const struck = new Promise<void>((resolve) => {
      const once = (when: string): void => {
        // Several may have walked into it before it snaps.
        if (patient.signal.aborted) return;
        this.#disarm();
        patient.abort();
        strike(when);
        resolve();
      };
      if (moment === "reply") this.#onAnswer = (method) => once(`when ${method} was answered`);
      else this.#ambush = (effect) => reactionTo(effect, prey, moment, random, once);
      delay(AMBUSH_MS, undefined, { signal: patient.signal }).then(
        () => once("nothing to wait for came"),
        () => undefined,
      );
    });
    await struck;
  }

  #disarm(): void {
    this.#ambush = () => undefined;
    this.#onAnswer = () => {};
  }

  async #recover(how: Kill["how"]): Promise<void> {
    const { server, random } = this.#surroundings;
    if (how === "runtime") {
      const up = server.runtimeUp();
      await up;
    } else {
      await server.ended;
      for (;;) {
        const starting = server.start();
        if (random.chance(0.12)) {
          await Promise.race([starting, delay(random.between(20, 1500))]);
          server.kill("group", "during or right after a start");
        }
        if ((await starting) && server.isReady) break;
        await server.ended;
      }
    }
    if (random.chance(0.5)) await this.#nextEffect();
    server.open();
  }

  /** Until something goes on by itself. */
  async #nextEffect(): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        forget();
        resolve();
      };
      const timer = setTimeout(done, HOLD_MS);
      const forget = this.#surroundings.chronicle.onEffect(done);
    });
  }
}

function reactionTo(
  effect: Effect,
  prey: string,
  moment: "arrival" | "answer",
  random: Random,
  strike: (when: string) => void,
): Reaction | undefined {
  if (PREY[prey]?.(effect) !== true) return undefined;
  if (moment === "arrival") return { before: () => strike(`when ${prey} arrived`) };
  const afterMs = random.between(0, 3);
  return {
    after: () => {
      if (afterMs === 0) strike(`when ${prey} had been answered`);
      else setTimeout(() => strike(`${afterMs} ms after ${prey} had been answered`), afterMs);
    },
  };
}

async function pause(ms: number, isOver: () => boolean): Promise<void> {
  const until = Date.now() + ms;
  while (Date.now() < until && !isOver()) await delay(Math.min(50, until - Date.now() + 1));
}
