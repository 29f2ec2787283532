import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Alarm, type Schedules } from "./alarm.ts";

/** A schedule as the SDK keeps it: whole seconds, and entries stay until they are cancelled. */
class Entries implements Schedules {
  entries: { id: string; time: number }[] = [];
  #made = 0;

  async list(): Promise<{ id: string; time: number }[]> {
    return [...this.entries];
  }

  async add(seconds: number): Promise<void> {
    this.entries.push({ id: `entry-${++this.#made}`, time: Math.floor(Date.now() / 1000) + seconds });
  }

  async cancel(id: string): Promise<void> {
    this.entries = this.entries.filter((entry) => entry.id !== id);
  }

  times(): number[] {
    return this.entries.map(({ time }) => time);
  }
}

const NOW = 1_000_000;
let schedule: Entries;
beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000 });
  schedule = new Entries();
});
afterEach(() => {
  vi.useRealTimers();
});

test("there is one entry, the earliest that was asked for", async () => {
  const alarm = new Alarm(schedule);
  await alarm.ringBy((NOW + 30) * 1000);
  expect(schedule.times()).toEqual([NOW + 30]);
  await alarm.ringBy((NOW + 60) * 1000);
  expect(schedule.times()).toEqual([NOW + 30]);
  await alarm.ringBy((NOW + 10) * 1000);
  expect(schedule.times()).toEqual([NOW + 10]);
});

test("those that ask at once get one entry", async () => {
  const alarm = new Alarm(schedule);
  await Promise.all([40, 20, 30].map((seconds) => alarm.ringBy((NOW + seconds) * 1000)));
  expect(schedule.times()).toEqual([NOW + 20]);
});

test("an agent that has just woken finds the entry of its former life", async () => {
  await new Alarm(schedule).ringBy((NOW + 20) * 1000);
  await new Alarm(schedule).ringBy((NOW + 30) * 1000);
  expect(schedule.times()).toEqual([NOW + 20]);
});

test("an entry that is ringing does not count", async () => {
  const alarm = new Alarm(schedule);
  await alarm.ringBy((NOW + 5) * 1000);
  vi.setSystemTime((NOW + 5) * 1000);
  alarm.rung();
  await alarm.ringBy((NOW + 35) * 1000);
  expect(schedule.times()).toContain(NOW + 35);
});

test("a time that has passed is as soon as can be", async () => {
  const alarm = new Alarm(schedule);
  await alarm.ringBy((NOW - 100) * 1000);
  expect(schedule.times()).toEqual([NOW + 1]);
});
