import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AlarmClock } from "./alarm-clock.ts";

const NOW = 1_000_000;
const HEARTBEAT_MS = 10_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The clock of a shard with these due times, and the alarms that it has set. */
function clockWith(...due: number[]): { clock: AlarmClock; set: number[] } {
  const set: number[] = [];
  const storage = { setAlarm: async (at: number) => set.push(at) } as unknown as ConstructorParameters<
    typeof AlarmClock
  >[0];
  const nextDueAt = (after: number): number | null => {
    const next = Math.min(...due.filter((at) => at > after));
    return Number.isFinite(next) ? next : null;
  };
  return { clock: new AlarmClock(storage, nextDueAt), set };
}

test("the alarm is the earliest of what is due and, while something executes, of the heartbeat", () => {
  const { clock, set } = clockWith(NOW + 500, NOW + 60_000);
  clock.arm(true);
  expect(set).toEqual([NOW + 500]);

  const later = clockWith(NOW + 60_000);
  later.clock.arm(true);
  later.clock.arm(false);
  expect(later.set).toEqual([NOW + HEARTBEAT_MS]);

  const idle = clockWith(NOW + 60_000);
  idle.clock.arm(false);
  expect(idle.set).toEqual([NOW + 60_000]);
});

test("nothing is due and nothing executes: there is no alarm", () => {
  const { clock, set } = clockWith();
  clock.arm(false);
  expect(set).toEqual([]);
});

test("what was overdue when the alarm looked does not fire it again at once", () => {
  // The back-off of a step whose next attempt takes long: its row tells of the past until the attempt has ended.
  const { clock, set } = clockWith(NOW - 5000);
  clock.fired();
  clock.arm(true, NOW);
  expect(set).toEqual([NOW + HEARTBEAT_MS]);
});

test("what has become due since the alarm looked fires it again", () => {
  const { clock, set } = clockWith(NOW - 5000, NOW - 10);
  clock.fired();
  clock.arm(true, NOW - 20);
  expect(set).toEqual([NOW + 1]);
});

test("a run that is parked brings the alarm forward, never back", () => {
  const { clock, set } = clockWith(NOW + 60_000);
  clock.arm(false);
  clock.noLaterThan(NOW + 30_000);
  clock.noLaterThan(NOW + 40_000);
  expect(set).toEqual([NOW + 60_000, NOW + 30_000]);
});

test("what is due further away than the platform sets alarms is looked at again in a year", () => {
  const YEAR_MS = 365 * 86_400_000;
  const { clock, set } = clockWith(1e300);
  clock.arm(false);
  expect(set).toEqual([NOW + YEAR_MS]);
  clock.noLaterThan(1e300);
  clock.noLaterThan(NOW + 1000);
  expect(set).toEqual([NOW + YEAR_MS, NOW + 1000]);
});
