import { DURATION_HINT, MAX_WAIT_MS, parseDuration } from "../time/duration.ts";
import { EngineError, recordOf, reviveError } from "../base/errors.ts";
import type { ReceivedEvent } from "../journal/events-table.ts";
import type { Execution, OpenStep, Waiter } from "../runs/execution.ts";
import { isEventType, nameOf } from "../base/ids.ts";
import { journaled } from "./journaled.ts";
import { parseError } from "./step-do.ts";
import { KIND, STATE } from "../journal/steps-table.ts";
import { encode } from "../journal/value-store.ts";
import { never } from "../base/never.ts";

const DEFAULT_TIMEOUT = "24 hours";

/** `step.waitForEvent(name, {type, timeout?})` (spec §8). */
export async function waitForEvent(execution: Execution, nameGiven: unknown, options: unknown): Promise<ReceivedEvent> {
  const name = nameOf(nameGiven);
  const { type, timeoutMs } = readOptions(name, options);
  const { use, row } = execution.recall(KIND.waitForEvent, name);
  if (row?.state === STATE.completed) return execution.host.events.read(Number(row.value));
  if (row?.state === STATE.failed) throw reviveError(parseError(row.error));

  if (execution.isCollecting) return execution.collected();
  if (execution.isGated) await execution.passGate();
  if (!execution.alive) return never();
  const step: OpenStep = row === undefined ? execution.open(use) : { row, stored: true };
  step.row.wait_ms ??= timeoutMs;
  const { event_type: typeBefore } = step.row;
  step.row.event_type = type;
  return new EventWait(execution, step, type, step.row.wait_ms, typeBefore !== type).run();
}

class EventWait {
  readonly #execution: Execution;
  readonly #step: OpenStep;
  readonly #type: string;
  readonly #timeoutMs: number;
  readonly #isNewType: boolean;
  #settle: ((outcome: Outcome) => void) | undefined;
  #stopClock: (() => void) | undefined;

  constructor(execution: Execution, step: OpenStep, type: string, timeoutMs: number, isNewType: boolean) {
    this.#isNewType = isNewType;
    this.#execution = execution;
    this.#step = step;
    this.#type = type;
    this.#timeoutMs = timeoutMs;
  }

  async run(): Promise<ReceivedEvent> {
    const execution = this.#execution;
    const settled = new Promise<Outcome>((resolve) => {
      this.#settle = resolve;
    });
    if (!this.#step.stored) execution.announce(this.#step);
    await journaled(execution, () => this.#takeOrWait());
    const outcome = await settled;
    if (!execution.alive) return never();
    if ("error" in outcome) throw outcome.error;
    return outcome.event;
  }

  /** In one write: an event that has been kept is taken now, else the wait is on disk before anything else happens (E4). */
  #takeOrWait(): void {
    const execution = this.#execution;
    const { events, steps } = execution.host;
    const { row } = this.#step;
    const { tests } = execution;
    if (tests?.timesOut(row) === true && !execution.isGated) {
      this.#expire();
      return;
    }
    const kept = execution.isGated
      ? undefined
      : (tests?.takeEvent(events, execution.run, this.#type) ?? events.oldest(execution.run, this.#type));
    if (kept !== undefined) {
      this.#deliver(kept);
      return;
    }
    const stored = this.#step.stored ? execution.dueAt(row) : null;
    const dueAt = stored ?? Date.now() + this.#timeoutMs;
    // Which events end a wait is for the present code to say, also where it has been changed since.
    if (this.#step.stored && this.#isNewType) steps.setEventType(row.step, this.#type);
    if (!this.#step.stored) {
      if (execution.isGated) row.held_ms = this.#timeoutMs;
      else row.due_at = dueAt;
      steps.put(row);
      execution.written(this.#step);
    }
    const waiter: Waiter = { step: this.#step, deliver: (event) => this.#deliver(event) };
    execution.addWaiter(this.#type, waiter);
    const removeWait = execution.addWait(dueAt, () => {
      void journaled(execution, () => this.#expire());
    });
    this.#stopClock = () => {
      removeWait();
      execution.removeWaiter(this.#type, waiter);
    };
  }

  /** Inside a write: the event leaves the buffer and becomes the step's result together, or neither does (E4). */
  #deliver(event: number): void {
    if (this.#settle === undefined) return;
    const { events, steps, storage, marks } = this.#execution.host;
    storage.transactionSync(() => {
      events.take(event, this.#step.row.step);
      steps.complete(this.#step.row, marks.next(), encode(event, ""));
    });
    this.#execution.written(this.#step);
    this.#stopClock?.();
    this.#end({ event: events.read(event) });
  }

  #expire(): void {
    // An event may have come between the timer and this write.
    if (this.#settle === undefined) return;
    const error = recordOf(timeoutError(this.#timeoutMs), this.#execution.definition.keepsErrorNames);
    const { steps, marks } = this.#execution.host;
    steps.fail(this.#step.row, marks.next(), JSON.stringify(error));
    this.#stopClock?.();
    this.#end({ error: reviveError(error) });
  }

  #end(outcome: Outcome): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(outcome);
    this.#execution.host.recorded(this.#execution);
  }
}

type Outcome = { event: ReceivedEvent } | { error: Error };

export function timeoutError(ms: number): EngineError {
  return new EngineError("WorkflowTimeoutError", `Execution timed out after ${ms}ms`);
}

function readOptions(name: string, options: unknown): { type: string; timeoutMs: number } {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`waitForEvent "${name}" needs options: { type, timeout? }`);
  }
  const type: unknown = Reflect.get(options, "type");
  const timeout: unknown = Reflect.get(options, "timeout");
  if (!isEventType(type)) {
    throw new EngineError(
      "WorkflowFatalError",
      `workflow.invalid_event_type: the event type of waitForEvent "${name}" must be 1-100 letters, digits, "_" or "-"`,
    );
  }
  // Any falsy timeout means the default, as on Cloudflare.
  const timeoutMs = parseDuration(timeout || DEFAULT_TIMEOUT);
  if (timeoutMs === undefined || timeoutMs < 0 || timeoutMs > MAX_WAIT_MS) {
    throw new EngineError(
      "WorkflowFatalError",
      `Invalid timeout ${JSON.stringify(timeout)} for waitForEvent "${name}": ${DURATION_HINT}, at most 365 days`,
    );
  }
  return { type, timeoutMs };
}
