import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Frames } from "./frames.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test("the first is shown at once, what comes within a frame once at its end", () => {
  const shown: number[] = [];
  const frames = new Frames(() => shown.push(Date.now()));
  frames.request();
  frames.request();
  vi.advanceTimersByTime(0);
  expect(shown).toEqual([1_000_000]);
  for (let n = 0; n < 10; n++) {
    vi.advanceTimersByTime(1);
    frames.request();
  }
  vi.advanceTimersByTime(100);
  expect(shown).toEqual([1_000_000, 1_000_016]);
});

test("a long burst is shown once per frame, the last of it too", () => {
  let value = 0;
  const shown: number[] = [];
  const frames = new Frames(() => shown.push(value));
  for (let ms = 0; ms < 160; ms++) {
    value++;
    frames.request();
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(16);
  expect(shown.at(-1)).toBe(160);
  expect(shown.length).toBeLessThanOrEqual(11);
});

test("nothing is shown unasked", () => {
  const show = vi.fn<() => void>();
  const frames = new Frames(show);
  frames.request();
  vi.advanceTimersByTime(1000);
  expect(show).toHaveBeenCalledOnce();
});
