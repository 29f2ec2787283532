import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Frames } from "./frames.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test("the first is shown at once, what comes within a frame once at its end", async () => {
  const shown: number[] = [];
  const frames = new Frames(() => shown.push(Date.now()));
  frames.request();
  frames.request();
  expect(shown).toEqual([]);
  await Promise.resolve();
  expect(shown).toEqual([1_000_000]);
  for (let n = 0; n < 10; n++) {
    vi.advanceTimersByTime(1);
    frames.request();
  }
  vi.advanceTimersByTime(100);
  expect(shown).toEqual([1_000_000, 1_000_016]);
});

test("a long burst is shown once per frame, the last of it too", async () => {
  let value = 0;
  const shown: number[] = [];
  const frames = new Frames(() => shown.push(value));
  for (let ms = 0; ms < 160; ms++) {
    value++;
    frames.request();
    await Promise.resolve();
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(16);
  expect(shown.at(-1)).toBe(160);
  expect(shown.length).toBeLessThanOrEqual(11);
});

test("what is asked for after a frame is shown although the timer has had no chance", async () => {
  let value = 0;
  const shown: number[] = [];
  const frames = new Frames(() => shown.push(value));
  for (let n = 0; n < 5; n++) {
    value++;
    frames.request();
    await Promise.resolve();
    // The clock goes on and no timer is looked at.
    vi.setSystemTime(Date.now() + 10);
  }
  expect(shown).toEqual([1, 3, 5]);
  vi.advanceTimersByTime(100);
  expect(shown).toEqual([1, 3, 5]);
});

test("nothing is shown unasked", async () => {
  const show = vi.fn<() => void>();
  const frames = new Frames(show);
  frames.request();
  await Promise.resolve();
  vi.advanceTimersByTime(1000);
  expect(show).toHaveBeenCalledOnce();
});
