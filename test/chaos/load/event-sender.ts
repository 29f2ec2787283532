import type { Plan } from "../../fixtures/chaos-app/protocol.ts";
import { isWait, stepsOf } from "../plan/acts.ts";
import { SILENCE } from "../plan/make-plan.ts";
import type { LifeRecord } from "../record/record.ts";
import type { Client } from "./client.ts";
import type { Lock } from "./lock.ts";

let lastEvent = 0;

/** Payload of an event, unlike that of any other. */
export function nextEvent(): number {
  return ++lastEvent;
}

/**
 * Sends a run the events that its plan waits for, one for each wait, each some time after the other. An event whose
 * answer was lost is followed by another: it may have been accepted or not.
 */
export class EventSender {
  readonly #life: LifeRecord;
  readonly #client: Client;
  readonly #lock: Lock;
  readonly #delayMs: () => number;
  #queue: string[];
  #isStopped = false;
  #wake: () => void = () => {};

  constructor(life: LifeRecord, client: Client, lock: Lock, delayMs: () => number) {
    this.#life = life;
    this.#client = client;
    this.#lock = lock;
    this.#delayMs = delayMs;
    this.#queue = eventsFor(life.plan, 0);
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const type = this.#queue[0];
      await this.#pause(type === undefined ? undefined : this.#delayMs());
      // Not while the run is restarted, terminated or deleted: whether it is then sent to the old or the new one would be chance.
      await this.#lock.with(async () => {
        if (this.#isStopped || type === undefined || this.#queue[0] !== type) return;
        this.#queue.shift();
        await this.#send(type);
      });
    }
  }

  async #send(type: string): Promise<void> {
    const operation = await this.#client.operate(this.#life, { method: "sendEvent", type }, () => {
      const payload = nextEvent();
      return this.#client.attempt(this.#life, "sendEvent", [{ type, payload }], payload);
    });
    // It has ended; a restart makes a new queue.
    if (operation.tries.at(-1)?.outcome === "refused") this.#queue = [];
  }

  /** A restart has dropped what was not taken by steps before it, so the rest is sent anew. Inside the lock. */
  startOver(fromTop: number): void {
    this.#queue = eventsFor(this.#life.plan, fromTop);
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  #pause(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Types of the events that the waits from there on need, in order of the code. */
export function eventsFor(plan: Plan, fromTop: number): string[] {
  return stepsOf(plan)
    .filter(isWait)
    .filter(({ top, act }) => top >= fromTop && act.type !== SILENCE)
    .map(({ act }) => act.type);
}
