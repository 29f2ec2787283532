import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Commits } from "../journal/commits.ts";
import { Execution, type ExecutionHost } from "./execution.ts";
import { Marks } from "../journal/marks.ts";
import type { Shard } from "./shard.ts";
import { KIND, type StepRow } from "../journal/steps-table.ts";
import { Sweeper } from "./sweeper.ts";
import { Timers } from "../time/timers.ts";

const SWEEP_MS = 250;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A shard as far as the sweeper and an execution look at it, with one run in memory. */
function shardWithOneRun(): {
  execution: Execution;
  sweeper: Sweeper;
  host: ExecutionHost;
  put: ReturnType<typeof vi.fn>;
  park: ReturnType<typeof vi.fn>;
} {
  const put = vi.fn<(row: StepRow) => void>();
  const park = vi.fn<(execution: Execution) => void>();
  const shard = {
    park,
    marks: new Marks(),
    commits: new Commits(),
    timers: new Timers(),
    steps: { put },
    changed: vi.fn<() => void>(),
    admission: { isCrowded: false },
  };
  const host = shard as unknown as ExecutionHost;
  const execution = new Execution(host, { name: "w" } as Execution["definition"], 1, "id", 0, []);
  const sweeper = new Sweeper(shard as unknown as Shard, new Map([[1, execution]]));
  return { execution, sweeper, host, put, park };
}

test("a step that runs for long is marked as started, once", async () => {
  const { execution, sweeper, put } = shardWithOneRun();
  sweeper.wake();
  const step = execution.open(execution.recall(KIND.do, "long").use);
  execution.begin(step);
  await vi.advanceTimersByTimeAsync(3 * SWEEP_MS);
  expect(put).toHaveBeenCalledOnce();
  expect(put).toHaveBeenCalledWith(step.row);
});

test("E1: a step whose outcome is written earlier in the same flush is not marked over it", async () => {
  const { execution, sweeper, host, put } = shardWithOneRun();
  const step = execution.open(execution.recall(KIND.do, "long").use);
  execution.begin(step);
  // Falls due with the sweep and before it, so that both join one flush in this order.
  host.timers.add(Date.now() + SWEEP_MS, () => {
    void host.commits.join(() => execution.end(step));
  });
  sweeper.wake();
  await vi.advanceTimersByTimeAsync(3 * SWEEP_MS);
  expect(execution.callbacksInFlight).toBe(0);
  expect(put).not.toHaveBeenCalled();
});

const DAY_MS = 86_400_000;

/** The code waits for the end of a day. */
function waitForADay(execution: Execution): void {
  execution.recall(KIND.sleep, "day");
  execution.addWait(Date.now() + DAY_MS, () => {});
}

test("an execution with nothing but a long wait is parked", async () => {
  const { execution, sweeper, park } = shardWithOneRun();
  waitForADay(execution);
  sweeper.wake();
  await vi.advanceTimersByTimeAsync(3000);
  expect(park).toHaveBeenCalledWith(execution);
});

test("E5: one that was given something in the very flush in which it would be parked is not", async () => {
  const { execution, sweeper, host, park } = shardWithOneRun();
  waitForADay(execution);
  // As an event does that is delivered while the long wait goes on: written before what the sweep has joined.
  const join = vi.spyOn(host.commits, "join");
  const real = Commits.prototype.join.bind(host.commits);
  join.mockImplementation((write) => {
    void real(() => execution.touch());
    return real(write);
  });
  sweeper.wake();
  await vi.advanceTimersByTimeAsync(3000);
  expect(join).toHaveBeenCalled();
  expect(park).not.toHaveBeenCalled();
});

test("code that was given a result and has not called a step since may be at work, so its run is not parked", async () => {
  const { execution, sweeper, park } = shardWithOneRun();
  waitForADay(execution);
  execution.isInCode = true;
  sweeper.wake();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(park).not.toHaveBeenCalled();
  execution.recall(KIND.sleep, "another");
  await vi.advanceTimersByTimeAsync(3000);
  expect(park).toHaveBeenCalledWith(execution);
});
