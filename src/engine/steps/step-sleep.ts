import { DURATION_HINT, MAX_WAIT_MS, parseDuration } from "../time/duration.ts";
import { EngineError } from "../base/errors.ts";
import type { Execution, OpenStep, Use } from "../runs/execution.ts";
import { nameOf } from "../base/ids.ts";
import { journaled } from "./journaled.ts";
import { KIND, STATE, type StepRow } from "../journal/steps-table.ts";
import { encode } from "../journal/value-store.ts";
import { timeOf } from "../journal/marks.ts";
import { never } from "../base/never.ts";

/** `step.sleep(name, duration)` (spec §7.2). Keyed by name and count alone, so a changed duration changes nothing (E6). */
export function sleep(execution: Execution, nameGiven: unknown, duration: unknown): Promise<void> {
  const name = nameOf(nameGiven);
  const { use, row } = execution.recall(KIND.sleep, name);
  if (row !== undefined) return resumeSleep(execution, row);
  if (execution.isCollecting) return execution.collected();
  const ms = parseDuration(duration);
  if (ms === undefined) throw fault(`Invalid duration ${show(duration)} for sleep "${name}": ${DURATION_HINT}`);
  if (ms > MAX_WAIT_MS) throw fault(`The duration of sleep "${name}" is longer than 365 days`);
  return startSleep(execution, use, Math.max(0, ms));
}

/**
 * `step.sleepUntil(name, Date | ms since the epoch)` (spec §7.3). A time in the past is an error only where the sleep
 * is new: a replay after the moment has come goes on.
 */
export function sleepUntil(execution: Execution, nameGiven: unknown, until: unknown): Promise<void> {
  const name = nameOf(nameGiven);
  const { use, row } = execution.recall(KIND.sleep, name);
  if (row !== undefined) return resumeSleep(execution, row);
  if (execution.isCollecting) return execution.collected();
  const time = until instanceof Date ? until.getTime() : until;
  if (typeof time !== "number" || !Number.isFinite(time)) {
    throw fault(
      `Invalid time ${show(until)} for sleepUntil "${name}": expected a Date or a number of milliseconds since the epoch`,
    );
  }
  const ms = time - Date.now();
  if (ms < 0) throw new Error("You can't sleep until a time in the past, time-traveler");
  if (ms > MAX_WAIT_MS) throw fault(`sleepUntil "${name}" is more than 365 days away`);
  return startSleep(execution, use, ms);
}

async function startSleep(execution: Execution, use: Use, ms: number): Promise<void> {
  if (execution.isGated) await execution.passGate();
  if (!execution.alive) return never();
  const step = execution.open(use);
  const { row } = step;
  row.wait_ms = ms;
  const dueAt = timeOf(row.started) + ms;
  execution.announce(step);
  await journaled(execution, () => {
    if (execution.isGated) row.held_ms = ms;
    else row.due_at = dueAt;
    execution.host.steps.put(row);
    execution.written(step);
  });
  return waitOut(execution, step, dueAt);
}

async function resumeSleep(execution: Execution, row: StepRow): Promise<void> {
  if (row.state === STATE.completed) return;
  if (execution.isCollecting) return execution.collected();
  if (execution.isGated) await execution.passGate();
  if (!execution.alive) return never();
  return waitOut(execution, { row, stored: true }, execution.dueAt(row) ?? 0);
}

async function waitOut(execution: Execution, step: OpenStep, dueAt: number): Promise<void> {
  if (!execution.alive) return never();
  const isOver = dueAt <= Date.now() || execution.tests?.skipsSleep(step.row) === true;
  if (!isOver || execution.isGated) {
    await new Promise<void>((resolve) => {
      execution.addWait(dueAt, resolve);
    });
  }
  if (!execution.alive) return never();
  await journaled(execution, () => {
    execution.host.steps.complete(step.row, execution.host.marks.next(), encode(undefined, ""));
    execution.host.recorded(execution);
  });
  if (!execution.alive) return never();
}

function fault(message: string): EngineError {
  return new EngineError("WorkflowFatalError", message);
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
