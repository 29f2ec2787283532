import { cloneKey, decode, type Encoded, FORM, writeClone } from "./value-store.ts";

/** A row of `events`. */
export type EventRow = {
  event: number;
  run: number;
  type: string;
  sent_at: number;
  taken_by: number | null;
  form: number;
  value: string | null;
  token: string | null;
};

/** What `step.waitForEvent` resolves with. */
export interface ReceivedEvent {
  payload: unknown;
  timestamp: Date;
  type: string;
}

/** The `events` table of one shard. */
export class EventsTable {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  add(run: number, type: string, sentAt: number, payload: Encoded, token: string | null): number {
    const { event } = this.#sql
      .exec<{ event: number }>(
        "INSERT INTO events (run, type, sent_at, form, value, token) VALUES (?, ?, ?, ?, ?, ?) RETURNING event",
        run,
        type,
        sentAt,
        payload.form,
        payload.text,
        token,
      )
      .one();
    writeClone(this.#storage, cloneKey.event(event), payload);
    return event;
  }

  /** Whether this very call was accepted before (its answer was lost and it is repeated, E8). */
  has(run: number, token: string): boolean {
    return this.#sql.exec("SELECT 1 FROM events WHERE run = ? AND token = ? LIMIT 1", run, token).toArray().length > 0;
  }

  /** The oldest event of a type that no step has taken (E4). */
  oldest(run: number, type: string): number | undefined {
    return this.#sql
      .exec<{ event: number }>(
        "SELECT event FROM events WHERE run = ? AND type = ? AND taken_by IS NULL ORDER BY event LIMIT 1",
        run,
        type,
      )
      .toArray()[0]?.event;
  }

  take(event: number, step: number): void {
    this.#sql.exec("UPDATE events SET taken_by = ? WHERE event = ?", step, event);
  }

  read(event: number): ReceivedEvent {
    const row = this.#sql.exec<EventRow>("SELECT * FROM events WHERE event = ?", event).one();
    return {
      payload: decode(this.#storage, row.form, row.value, cloneKey.event(event)),
      timestamp: new Date(row.sent_at),
      type: row.type,
    };
  }

  removeAll(run: number): void {
    this.removeFrom(run, 0);
  }

  /** A restart forgets what was taken by removed steps and what nobody has taken. */
  removeFrom(run: number, fromStep: number): void {
    const gone = "run = ? AND (taken_by IS NULL OR taken_by >= ?)";
    const clones = this.#sql.exec<{ event: number }>(
      `SELECT event FROM events WHERE ${gone} AND form = ?`,
      run,
      fromStep,
      FORM.clone,
    );
    for (const { event } of clones.toArray()) this.#storage.kv.delete(cloneKey.event(event));
    this.#sql.exec(`DELETE FROM events WHERE ${gone}`, run, fromStep);
  }
}
