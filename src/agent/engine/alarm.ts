/** What the alarm needs of the agent's schedule. `time` is in seconds since 1970. */
export interface Schedules {
  list(): Promise<{ id: string; time: number }[]>;
  add(seconds: number): Promise<unknown>;
  cancel(id: string): Promise<unknown>;
}

/** Keeps one entry in the agent's schedule: the earliest that was asked for. */
export class Alarm {
  readonly #schedules: Schedules;
  /** When the entry is due, in milliseconds since 1970; undefined when that is not known. */
  #dueAt: number | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(schedules: Schedules) {
    this.#schedules = schedules;
  }

  /** Rings at this time (milliseconds since 1970) or before. */
  ringBy(dueAt: number): Promise<void> {
    // One after the other: two that look at once would both find nothing and both add one.
    const next = this.#last.then(() => this.#set(dueAt));
    this.#last = next.catch(() => {
      // Whoever asked for it hears of it; the next one tries anew.
    });
    return next;
  }

  /** It has rung: there is no entry any more. */
  rung(): void {
    this.#dueAt = undefined;
  }

  async #set(dueAt: number): Promise<void> {
    const now = Date.now();
    if (this.#dueAt !== undefined && this.#dueAt > now && this.#dueAt <= dueAt) return;
    // Whole seconds are all that a schedule knows.
    const seconds = Math.max(1, Math.ceil((dueAt - now) / 1000));
    const entries = (await this.#schedules.list()).filter(({ time }) => time * 1000 > now);
    const earliest = Math.min(...entries.map(({ time }) => time));
    if (earliest <= now / 1000 + seconds) {
      this.#dueAt = earliest * 1000;
      return;
    }
    await this.#schedules.add(seconds);
    this.#dueAt = now + seconds * 1000;
    for (const { id } of entries) await this.#schedules.cancel(id);
  }
}
