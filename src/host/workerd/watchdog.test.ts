import { expect, test } from "vitest";
import { watch } from "./watchdog.ts";

const never = () => Promise.reject(new Error("no answer"));

test("silence for longer than the limit is reported once", async () => {
  const reports: number[] = [];
  const signal = new AbortController().signal;
  await watch({ check: never, limitMs: 20, intervalMs: 1, signal, onBlocked: (silentMs) => reports.push(silentMs) });
  expect(reports).toHaveLength(1);
  expect(reports[0]).toBeGreaterThanOrEqual(20);
});

test("one sign of life at the last moment is enough", async () => {
  const stop = new AbortController();
  let asked = 0;
  await watch({
    // Silent, except to the question that follows the end of the limit.
    check: (timeoutMs) => {
      asked++;
      if (timeoutMs === 20) return never();
      stop.abort();
      return Promise.resolve();
    },
    limitMs: 20,
    intervalMs: 1,
    signal: stop.signal,
    onBlocked: () => expect.unreachable(),
  });
  expect(asked).toBeGreaterThan(1);
});

test("nothing is reported after the watch has been called off", async () => {
  const stop = new AbortController();
  const check = () => {
    stop.abort();
    return never();
  };
  await watch({ check, limitMs: 0, intervalMs: 1, signal: stop.signal, onBlocked: () => expect.unreachable() });
  expect(stop.signal.aborted).toBe(true);
});
