import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Timers } from "./timers.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test("whatever is added and cancelled, the rest fires, each once, in order of time, never early", () => {
  const plan = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 500 }), cancel: fc.boolean() }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(plan, (entries) => {
      const start = Date.now();
      const timers = new Timers();
      const fired: { afterMs: number; atMs: number }[] = [];
      const added = entries.map(({ afterMs, cancel }) => ({
        cancel,
        timer: timers.add(start + afterMs, () => fired.push({ afterMs, atMs: Date.now() - start })),
      }));
      for (const { timer, cancel } of added) if (cancel) timers.cancel(timer);
      vi.advanceTimersByTime(1000);
      const expected = entries.filter(({ cancel }) => !cancel).map(({ afterMs }) => afterMs);
      expect(fired.map(({ afterMs }) => afterMs)).toEqual(expected.toSorted((a, b) => a - b));
      for (const { afterMs, atMs } of fired) expect(atMs).toBeGreaterThanOrEqual(afterMs);
    }),
  );
});

test("a timer added while others fire is kept", () => {
  const timers = new Timers();
  const fired: string[] = [];
  timers.add(Date.now() + 10, () => {
    fired.push("first");
    timers.add(Date.now() + 10, () => fired.push("second"));
  });
  vi.advanceTimersByTime(15);
  expect(fired).toEqual(["first"]);
  vi.advanceTimersByTime(10);
  expect(fired).toEqual(["first", "second"]);
});

test("a time further away than setTimeout can count is reached all the same", () => {
  const timers = new Timers();
  const fired = vi.fn<() => void>();
  timers.add(Date.now() + 40 * 86_400_000, fired);
  vi.advanceTimersByTime(39 * 86_400_000);
  expect(fired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2 * 86_400_000);
  expect(fired).toHaveBeenCalledOnce();
});

test("cancelling twice, or after it fired, does nothing", () => {
  const timers = new Timers();
  const other = vi.fn<() => void>();
  const timer = timers.add(Date.now() + 5, () => {});
  timers.add(Date.now() + 10, other);
  vi.advanceTimersByTime(6);
  timers.cancel(timer);
  timers.cancel(timer);
  vi.advanceTimersByTime(10);
  expect(other).toHaveBeenCalledOnce();
});

test("one that fails keeps none of the others from firing", () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const timers = new Timers();
  const other = vi.fn<() => void>();
  timers.add(Date.now() + 5, () => {
    throw new Error("disk");
  });
  timers.add(Date.now() + 5, other);
  timers.add(Date.now() + 50, other);
  vi.advanceTimersByTime(100);
  expect(other).toHaveBeenCalledTimes(2);
  expect(log).toHaveBeenCalledOnce();
  log.mockRestore();
});
