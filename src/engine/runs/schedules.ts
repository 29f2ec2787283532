import type { AlarmClock } from "../time/alarm-clock.ts";
import { type Cron, lastUpTo, nextAfter } from "../time/cron.ts";
import { recordOf } from "../base/errors.ts";
import { homeOf, type Peers } from "./limiter.ts";
import { logFailure, logLine } from "../base/log.ts";
import { scheduledId } from "../base/ids.ts";
import { allDefinitions, definitionOf } from "../registry.ts";
import { repeat } from "../base/repeat.ts";
import type { ScheduleRow } from "../journal/schedules-table.ts";
import type { Shard } from "./shard.ts";
import { shardOf } from "../base/shard-of.ts";
import { isStorageFailure } from "../base/storage-failure.ts";

/** A firing later than this is one that the server was not there for. */
const LATE_MS = 60_000;
/** After an instance could not be created. */
const AGAIN_AFTER_MS = 5000;

/**
 * The schedules of the workflows that have their home in this shard. A row says when each fires next. A firing creates an
 * instance whose id is made of the expression and the time it was due, so that it happens once however often it is
 * tried; only then the row goes on to the next time. What fell due while the server was down is made up for once per
 * schedule, with the latest of the times that were missed.
 */
export class Schedules {
  readonly #shard: Shard;
  readonly #alarm: AlarmClock;
  readonly #peers: Peers;
  #isFiring = false;
  #notBefore = 0;

  constructor(shard: Shard, alarm: AlarmClock, peers: Peers) {
    this.#shard = shard;
    this.#alarm = alarm;
    this.#peers = peers;
  }

  /** When there is something to fire next. */
  nextAt(): number | null {
    const nextAt = this.#shard.schedules.nextAt();
    return nextAt === null ? null : Math.max(nextAt, this.#notBefore);
  }

  /** When the shard starts, inside a write: the rows become those of the configuration. */
  adopt(now: number): void {
    const { schedules } = this.#shard;
    const wanted = new Map<string, ScheduleRow>();
    for (const { name, schedules: crons } of allDefinitions()) {
      if (homeOf(name, this.#peers.count) !== this.#peers.own) continue;
      for (const cron of crons) {
        const nextAt = nextAfter(cron, now);
        if (nextAt !== null) wanted.set(keyOf(name, cron.text), { workflow: name, cron: cron.text, next_at: nextAt });
      }
    }
    for (const row of schedules.all()) {
      if (!wanted.delete(keyOf(row.workflow, row.cron))) schedules.remove(row);
    }
    for (const row of wanted.values()) schedules.put(row);
    const nextAt = schedules.nextAt();
    if (nextAt !== null) this.#alarm.noLaterThan(nextAt);
  }

  /** Everything that is due. */
  async fire(): Promise<void> {
    if (this.#isFiring) return;
    this.#isFiring = true;
    try {
      for (const row of this.#shard.schedules.due(Date.now())) await this.#fireOne(row);
    } finally {
      this.#isFiring = false;
    }
  }

  async #fireOne(row: ScheduleRow): Promise<void> {
    const { workflow } = row;
    const cron = definitionOf(workflow)?.schedules.find(({ text }) => text === row.cron);
    if (cron === undefined) return;
    const scheduledTime = lastUpTo(cron, Date.now(), row.next_at) ?? row.next_at;
    const id = scheduledId(cron.text, scheduledTime);
    try {
      await repeat(
        () => this.#peers.stub(shardOf(workflow, id, this.#peers.count)),
        (stub) => stub.createScheduled(workflow, cron.text, scheduledTime),
      );
    } catch (error) {
      // The row stays due.
      this.#notBefore = Date.now() + AGAIN_AFTER_MS;
      const record = recordOf(error);
      // Of a full disk the host tells, once.
      const level = isStorageFailure(record.message) ? "debug" : "error";
      logFailure(level, { workflow, run: id }, "is due and could not be created; it is tried again", record);
      return;
    }
    this.#logMissed(row, cron, scheduledTime, id);
    await this.#shard.commits.join(() => {
      const nextAt = nextAfter(cron, Math.max(scheduledTime, Date.now()));
      if (nextAt !== null) this.#shard.schedules.put({ ...row, next_at: nextAt });
    });
  }

  #logMissed(row: ScheduleRow, cron: Cron, scheduledTime: number, id: string): void {
    if (Date.now() - row.next_at < LATE_MS) return;
    const others = scheduledTime === row.next_at ? "" : ", for the last of the times that were missed";
    const due = new Date(row.next_at).toISOString();
    logLine("warn", { workflow: row.workflow, run: id }, `"${cron.text}" was due at ${due}: started now${others}`);
  }
}

function keyOf(workflow: string, cron: string): string {
  return `${workflow}\n${cron}`;
}
