import { parseDuration } from "./duration.ts";
import {
  EngineError,
  type ErrorRecord,
  isInfrastructureError,
  isNonRetryable,
  recordOf,
  reviveError,
  UnserialisableResult,
} from "./errors.ts";
import type { Execution, OpenStep } from "./execution.ts";
import { isStepName } from "./ids.ts";
import { journaled } from "./journaled.ts";
import { logLine } from "./log.ts";
import {
  contextOf,
  delayMs,
  recallConfig,
  resolveConfig,
  type StepConfig,
  storeConfig,
  timeoutMs,
} from "./step-config.ts";
import { KIND, STATE } from "./steps-table.ts";
import { copyOf, type Encoded, encode } from "./value-store.ts";
import { never } from "./never.ts";

export type StepCallback = (context: ReturnType<typeof contextOf>) => unknown;

const CONFIG_DOCS = "https://developers.cloudflare.com/workflows/build/sleeping-and-retrying/";
const DELAY_FUNCTION_MS = 5000;
/** How long failures between objects are retried around a callback before they count as its own: longer than a fail-over. */
const INFRASTRUCTURE_PATIENCE_MS = 120_000;

/** `step.do(name, callback)` and `step.do(name, config, callback)`; the order of the checks is the original's (spec §6.1). */
export async function doStep(
  execution: Execution,
  nameGiven: unknown,
  second: unknown,
  third: unknown,
): Promise<unknown> {
  const name = String(nameGiven);
  const callback = typeof second === "function" ? second : third;
  if (!isCallback(callback)) throw new EngineError("WorkflowFatalError", `Step "${name}" requires a callback function`);
  const { stepLimit } = execution.definition;
  if (++execution.doCalls > stepLimit) {
    throw new EngineError(
      "WorkflowFatalError",
      `The limit of ${stepLimit} steps has been reached. This limit can be changed in your worker configuration.`,
    );
  }
  if (!isStepName(name)) {
    throw new EngineError(
      "WorkflowFatalError",
      `Step name "${name}" exceeds max length (256 chars) or invalid characters found`,
    );
  }
  const given = resolveConfig(typeof second === "function" ? undefined : second);
  if (given === undefined) {
    throw new EngineError("WorkflowFatalError", `Step config for "${name}" is in a invalid format. See ${CONFIG_DOCS}`);
  }

  const { count, row } = execution.recall(KIND.do, name);
  // E1: an outcome in the journal is the outcome.
  if (row?.state === STATE.completed) return execution.valueOf(row);
  if (row?.state === STATE.failed) throw reviveError(parseError(row.error));

  const step: OpenStep = row === undefined ? execution.open(KIND.do, name, count) : { row, stored: true };
  const config = row === undefined ? given : recallConfig(row.config, given);
  if (row === undefined) step.row.config = storeConfig(config);
  return new Attempts(execution, step, config, callback).run();
}

type Outcome = { value: unknown } | { thrown: unknown };

/** The attempt loop of one step (spec §6.5). */
class Attempts {
  readonly #execution: Execution;
  readonly #step: OpenStep;
  readonly #config: StepConfig;
  readonly #callback: StepCallback;

  constructor(execution: Execution, step: OpenStep, config: StepConfig, callback: StepCallback) {
    this.#execution = execution;
    this.#step = step;
    this.#config = config;
    this.#callback = callback;
  }

  async run(): Promise<unknown> {
    const execution = this.#execution;
    for (;;) {
      if (execution.isGated) await execution.passGate();
      if (this.#step.row.due_at !== null) await this.#sleepUntilRetry(this.#step.row.due_at);
      if (!execution.alive) return never();
      const startedAt = Date.now();
      if (this.#step.row.attempts === 0) this.#step.row.started_at = startedAt;
      this.#step.row.attempts++;
      execution.begin(this.#step);
      const outcome = await this.#callThroughInfrastructure();
      if (!execution.alive) return never();
      const ended =
        "value" in outcome ? this.#succeed(outcome.value, startedAt) : this.#fail(outcome.thrown, startedAt);
      const result = await ended;
      if (!execution.alive) return never();
      if (result !== RETRY) return result;
    }
  }

  /** Calls back, again and again while what fails is not the callback but the way to what it called (E8). */
  async #callThroughInfrastructure(): Promise<Outcome> {
    const patientUntil = Date.now() + INFRASTRUCTURE_PATIENCE_MS;
    for (let tries = 0; ; tries++) {
      const outcome = await this.#call();
      if ("value" in outcome || !isInfrastructureError(outcome.thrown) || Date.now() >= patientUntil) return outcome;
      await new Promise((resolve) => {
        setTimeout(resolve, Math.min(100 * 2 ** tries, 5000));
      });
      if (!this.#execution.alive) return never();
    }
  }

  async #call(): Promise<Outcome> {
    const { row } = this.#step;
    try {
      const returned = this.#callback(contextOf(row.name, row.count, row.attempts, this.#config));
      return { value: isThenable(returned) ? await this.#withTimeout(returned) : returned };
    } catch (thrown) {
      return { thrown };
    }
  }

  #withTimeout(returned: PromiseLike<unknown>): Promise<unknown> {
    const { timers } = this.#execution.host;
    const ms = timeoutMs(this.#config);
    return new Promise((resolve, reject) => {
      const timer = timers.add(Date.now() + ms, () => {
        reject(new EngineError("WorkflowTimeoutError", `Execution timed out after ${ms}ms`));
      });
      returned.then(
        (value) => {
          timers.cancel(timer);
          resolve(value);
        },
        (error: unknown) => {
          timers.cancel(timer);
          reject(error);
        },
      );
    });
  }

  #succeed(value: unknown, startedAt: number): unknown {
    const execution = this.#execution;
    const { row } = this.#step;
    let encoded: Encoded;
    try {
      encoded = encode(value, `Step ${row.name}-${row.count} output`);
    } catch (thrown) {
      return this.#fail(thrown, startedAt);
    }
    const written = journaled(execution, () => {
      const now = Date.now();
      const { steps } = execution.host;
      if (this.#step.stored || row.attempts > 1) steps.complete(row, now, encoded);
      else steps.insertCompleted(row.step, row.kind, row.name, row.count, row.started_at, now, encoded, row.config);
      execution.end(this.#step);
      execution.host.recorded(execution);
    });
    return written instanceof Promise ? written.then(() => copyOf(encoded)) : copyOf(encoded);
  }

  async #fail(thrown: unknown, startedAt: number): Promise<typeof RETRY> {
    const execution = this.#execution;
    const { row } = this.#step;
    if (thrown instanceof UnserialisableResult) {
      const message = `The execution of the Workflow instance was terminated, as the step "${row.name}" returned a value which is not serialisable`;
      execution.host.failRun(execution, new EngineError("WorkflowFatalError", message));
      return never();
    }
    const error = recordOf(thrown);
    row.failures++;
    const retry = !isNonRetryable(thrown) && row.failures <= this.#config.retries.limit;
    const plan = retry ? await this.#planRetry(error) : { error };
    if (!execution.alive) return never();
    await journaled(execution, () => this.#recordFailure(startedAt, error, plan));
    if ("delay" in plan) return RETRY;
    throw reviveError(plan.error);
  }

  #recordFailure(startedAt: number, error: ErrorRecord, plan: RetryPlan): void {
    const execution = this.#execution;
    const { row } = this.#step;
    const { steps, storage } = execution.host;
    const now = Date.now();
    storage.transactionSync(() => {
      const delay = "delay" in plan ? plan.delay : null;
      steps.addFailedAttempt(row.step, row.attempts, startedAt, now, delay, JSON.stringify(error));
      if ("delay" in plan) {
        // While a pause is pending the clock stands still, on disk as in memory.
        row.due_at = execution.isGated ? null : now + plan.delay;
        row.held_ms = execution.isGated ? plan.delay : null;
        steps.put(row);
        row.due_at = now + plan.delay;
      } else steps.fail(row, now, JSON.stringify(plan.error));
    });
    this.#step.stored = true;
    this.#logFailure(error, plan);
    execution.end(this.#step);
    if (!("delay" in plan)) execution.host.recorded(execution);
  }

  /** Retried failures are for those who look; the last one is for everybody. */
  #logFailure({ name, message }: ErrorRecord, plan: RetryPlan): void {
    const { definition, id } = this.#execution;
    const { row } = this.#step;
    const subject = { workflow: definition.name, run: id, step: `${row.name}-${row.count}` };
    const what = `attempt ${row.attempts} failed: ${name}: ${message}`;
    if ("delay" in plan) logLine("debug", subject, `${what} (next attempt in ${plan.delay} ms)`);
    else logLine("warn", subject, `${what} (last attempt)`);
  }

  async #planRetry(error: ErrorRecord): Promise<RetryPlan> {
    const { delay } = this.#config.retries;
    const { row } = this.#step;
    if (typeof delay !== "function") return { delay: delayMs(this.#config, parseDuration(delay) ?? 0, row.failures) };
    const broken = (what: string): RetryPlan => ({
      error: recordOf(
        new EngineError("NonRetryableDelayError", `The delay function for step "${row.name}-${row.count}" ${what}`),
      ),
    });
    const ctx = contextOf(row.name, row.count, row.attempts, this.#config);
    let late = (): void => {};
    const limit = new Promise<typeof LATE>((resolve) => {
      late = () => resolve(LATE);
    });
    const { timers } = this.#execution.host;
    const timer = timers.add(Date.now() + DELAY_FUNCTION_MS, late);
    try {
      const answer = await Promise.race([delay({ ctx, error: reviveError(error) }), limit]);
      if (answer === LATE) return broken("did not return within 5 seconds");
      const base = parseDuration(answer);
      if (base === undefined || base < 0) {
        return broken(
          'returned an invalid delay value (expected a number of ms or a duration string like "30 seconds")',
        );
      }
      return { delay: delayMs(this.#config, base, row.failures) };
    } catch (thrown) {
      return broken(`threw an error: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    } finally {
      timers.cancel(timer);
    }
  }

  #sleepUntilRetry(dueAt: number): Promise<void> {
    this.#step.row.due_at = null;
    if (dueAt <= Date.now() && !this.#execution.isGated) return Promise.resolve();
    return new Promise((resolve) => {
      this.#execution.addWait(dueAt, resolve);
    });
  }
}

const RETRY = Symbol("retry");
const LATE = Symbol("late");

type RetryPlan = { delay: number } | { error: ErrorRecord };

export function parseError(stored: string | null): ErrorRecord {
  // Written by JSON.stringify from an ErrorRecord.
  return stored === null ? { name: "Error", message: "unknown error" } : (JSON.parse(stored) as ErrorRecord);
}

function isCallback(value: unknown): value is StepCallback {
  return typeof value === "function";
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "then") === "function";
}
