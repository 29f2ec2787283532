/** The agent's clock. */
export interface Alarm {
  /** Calls `reconcile` after so many seconds at the latest, also when the server has been down meanwhile. */
  reconcileIn(seconds: number): Promise<void>;
}

/** What the alarm needs of the agent. `time` is in seconds since 1970. */
export interface Schedules {
  list(): Promise<{ id: string; time: number }[]>;
  add(seconds: number): Promise<unknown>;
  cancel(id: string): Promise<unknown>;
}

/** Keeps one reconciliation ahead, the earliest that was asked for, however often it is asked. */
export class ReconcileAlarm implements Alarm {
  readonly #schedules: Schedules;
  #last: Promise<void> = Promise.resolve();

  constructor(schedules: Schedules) {
    this.#schedules = schedules;
  }

  reconcileIn(seconds: number): Promise<void> {
    // One after the other: two that look at once would both find nothing and both add one.
    const next = this.#last.then(() => this.#set(seconds));
    this.#last = next.catch(() => {
      // Whoever asked for it hears of it; the next one tries anew.
    });
    return next;
  }

  async #set(seconds: number): Promise<void> {
    const now = Date.now() / 1000;
    const set = await this.#schedules.list();
    // One that is due may be the one at work: it serves who wants it now, not who wants it again later.
    if (set.some(({ time }) => time <= now + seconds && (time > now || seconds === 0))) return;
    await this.#schedules.add(seconds);
    for (const { id, time } of set) {
      if (time > now + seconds) await this.#schedules.cancel(id);
    }
  }
}
