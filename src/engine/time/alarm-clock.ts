/** While anything is executing the alarm is never further away than this, so that a crash is noticed that soon (E5). */
const HEARTBEAT_MS = 10_000;
/** The platform refuses alarms too far away. What is due later is looked at again then. */
const FARTHEST_MS = 365 * 86_400_000;

/**
 * The shard's one alarm: the earliest of everything that is due and, while runs are executing, a heartbeat. workerd
 * keeps alarms on disk and fires overdue ones when it starts.
 */
export class AlarmClock {
  readonly #storage: DurableObjectStorage;
  readonly #nextDueAt: (after: number) => number | null;
  #setFor: number | null = null;

  constructor(storage: DurableObjectStorage, nextDueAt: (after: number) => number | null) {
    this.#storage = storage;
    this.#nextDueAt = nextDueAt;
  }

  /**
   * Inside a write. While executing, due times of executions in memory are kept by timers, so the heartbeat is enough
   * and the alarm is written once in ten seconds at most.
   * @param lookedAt up to when everything that was due has been woken: what is still due since then belongs to
   * executions in memory, such as the back-off before an attempt under way, and would fire the alarm again at once
   */
  arm(executing: boolean, lookedAt = 0): void {
    const now = Date.now();
    if (executing && this.#setFor !== null && this.#setFor <= now + HEARTBEAT_MS) return;
    const due = this.#nextDueAt(lookedAt);
    const heartbeat = executing ? now + HEARTBEAT_MS : null;
    const wanted = due === null ? heartbeat : Math.min(due, heartbeat ?? due);
    if (wanted === null || (this.#setFor !== null && this.#setFor <= wanted)) return;
    this.#set(wanted, now);
  }

  /** Inside a write: something in no execution's timers falls due then. */
  noLaterThan(dueAt: number): void {
    if (this.#setFor !== null && this.#setFor <= dueAt) return;
    this.#set(dueAt, Date.now());
  }

  fired(): void {
    this.#setFor = null;
  }

  #set(dueAt: number, now: number): void {
    this.#setFor = Math.min(dueAt, now + FARTHEST_MS);
    // A failed write breaks the object, which then starts anew from what is on disk: there is nothing to do here.
    void this.#storage.setAlarm(Math.max(this.#setFor, now + 1));
  }
}
