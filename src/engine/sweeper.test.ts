import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Commits } from "./commits.ts";
import { Execution, type ExecutionHost } from "./execution.ts";
import { Marks } from "./marks.ts";
import type { Shard } from "./shard.ts";
import { KIND, type StepRow } from "./steps-table.ts";
import { Sweeper } from "./sweeper.ts";
import { Timers } from "./timers.ts";

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
} {
  const put = vi.fn<(row: StepRow) => void>();
  const shard = {
    marks: new Marks(),
    commits: new Commits(),
    timers: new Timers(),
    steps: { put },
    changed: vi.fn<() => void>(),
  };
  const host = shard as unknown as ExecutionHost;
  const execution = new Execution(host, { name: "w" } as Execution["definition"], 1, "id", []);
  const sweeper = new Sweeper(shard as unknown as Shard, new Map([[1, execution]]));
  return { execution, sweeper, host, put };
}

test("a step that runs for long is marked as started, once", async () => {
  const { execution, sweeper, put } = shardWithOneRun();
  sweeper.wake();
  const step = execution.open(KIND.do, "long", 1);
  execution.begin(step);
  await vi.advanceTimersByTimeAsync(3 * SWEEP_MS);
  expect(put).toHaveBeenCalledOnce();
  expect(put).toHaveBeenCalledWith(step.row);
});

test("E1: a step whose outcome is written earlier in the same flush is not marked over it", async () => {
  const { execution, sweeper, host, put } = shardWithOneRun();
  const step = execution.open(KIND.do, "long", 1);
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
