import { AsyncLocalStorage } from "node:async_hooks";
import type { ReportKey } from "../store/reports-table.ts";

/** Where in a run's code something is called: in one attempt of a step, or outside of steps. */
class Scope {
  readonly #step: string;
  readonly #count: number;
  readonly #calls = new Map<string, number>();

  constructor(step: string, count: number) {
    this.#step = step;
    this.#count = count;
  }

  key(method: string): ReportKey {
    const call = this.#calls.get(method) ?? 0;
    this.#calls.set(method, call + 1);
    return { step: this.#step, count: this.#count, method, call };
  }
}

/**
 * Gives every call of a run a key that is the same whenever the same call is made again: by another attempt of its step,
 * or by another execution of the run, since both call in the same order.
 */
export class Scopes {
  readonly #outside = new Scope("", 0);
  readonly #inside = new AsyncLocalStorage<Scope>();
  /** How often each name was used. The engine counts in the same way, and tells only what it is new enough to tell. */
  readonly #uses = new Map<string, number>();

  key(method: string): ReportKey {
    return (this.#inside.getStore() ?? this.#outside).key(method);
  }

  /** Which use of a step's name this is, from 1. */
  use(step: string): number {
    const count = (this.#uses.get(step) ?? 0) + 1;
    this.#uses.set(step, count);
    return count;
  }

  /** Runs one attempt of a step. */
  attempt<T>(step: string, count: number, work: () => T): T {
    return this.#inside.run(new Scope(step, count), work);
  }
}
