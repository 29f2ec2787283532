import { callBack, type Outcome } from "./call-back.ts";
import { EngineError, type ErrorRecord, isA, isInfrastructureError, recordOf, reviveError } from "../base/errors.ts";
import { INSTANCE_FULL, UnserialisableResult } from "../base/values.ts";
import type { Execution, OpenStep } from "../runs/execution.ts";
import { isStepName, nameOf } from "../base/ids.ts";
import { callInside, pathOf } from "./inside.ts";
import { journaled } from "./journaled.ts";
import { logFailure, logLine } from "../base/log.ts";
import { type Mark, timeOf } from "../journal/marks.ts";
import { never } from "../base/never.ts";
import { planRetry, type RetryPlan } from "./retry-plan.ts";
import { readRollback } from "./rollback-options.ts";
import { contextOf, recallConfig, resolveConfig, type StepConfig, storeConfig, timeoutMs } from "./step-config.ts";
import { isStorageFailure } from "../base/storage-failure.ts";
import { KeptStream, keepStream, replayStream } from "./stream-results.ts";
import { KIND, ROLLBACK, STATE } from "../journal/steps-table.ts";
import { copyOf, type Encoded, encode, FORM } from "../journal/value-store.ts";

export type StepCallback = (context: ReturnType<typeof contextOf>) => unknown;

const CONFIG_DOCS = "https://developers.cloudflare.com/workflows/build/sleeping-and-retrying/";
/** How long failures between objects are retried around a callback before they count as its own: longer than a fail-over. */
const INFRASTRUCTURE_PATIENCE_MS = 120_000;

/** `step.do(name, [config], callback, [rollback])`; the order of the checks is the original's (spec §6.1, §9). */
export async function doStep(execution: Execution, nameGiven: unknown, given: readonly unknown[]): Promise<unknown> {
  const name = nameOf(nameGiven);
  const [configGiven, callback, rollback] = typeof given[0] === "function" ? [undefined, given[0], given[1]] : given;
  if (!isCallback(callback)) throw new EngineError("WorkflowFatalError", `Step "${name}" requires a callback function`);
  const handler = rollback === undefined ? undefined : readRollback(name, rollback);
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
  const current = resolveConfig(configGiven);
  if (current === undefined) {
    throw new EngineError("WorkflowFatalError", `Step config for "${name}" is in a invalid format. See ${CONFIG_DOCS}`);
  }

  const { use, row } = execution.recall(KIND.do, name);
  if (row === undefined && execution.isGated) {
    // It starts when the pause is taken back; its place and its start are those of that moment.
    await execution.passGate();
    if (!execution.alive) return never();
  }
  const config = row === undefined ? current : recallConfig(row.config, current);
  const step: OpenStep = row === undefined ? execution.open(use) : { row, stored: true };
  if (row === undefined) step.row.config = storeConfig(config);
  // While handlers are collected, a step without a row is one that never started.
  if (handler !== undefined && !(row === undefined && execution.isCollecting)) {
    step.row.rollback ??= ROLLBACK.registered;
    execution.register({ ...handler, row: step.row, config });
  }
  // E1: an outcome in the journal is the outcome.
  if (row?.state === STATE.completed) return execution.valueOf(row);
  if (row?.state === STATE.failed) throw reviveError(parseError(row.error));

  if (execution.isCollecting) return execution.collected();
  return new Attempts(execution, step, pathOf(name, use), config, callback).run();
}

/** The attempt loop of one step (spec §6.5). */
class Attempts {
  readonly #execution: Execution;
  readonly #step: OpenStep;
  readonly #path: string;
  readonly #config: StepConfig;
  readonly #callback: StepCallback;

  constructor(execution: Execution, step: OpenStep, path: string, config: StepConfig, callback: StepCallback) {
    this.#execution = execution;
    this.#step = step;
    this.#path = path;
    this.#config = config;
    this.#callback = callback;
  }

  async run(): Promise<unknown> {
    const execution = this.#execution;
    for (;;) {
      if (execution.isGated) await execution.passGate();
      if (this.#step.row.due_at !== null) await this.#sleepUntilRetry(execution.dueAt(this.#step.row) ?? 0);
      if (!execution.alive) return never();
      // The first attempt starts with the step itself, whose two marks were taken together.
      const { row } = this.#step;
      const started = row.attempts === 0 ? row.started + 1 : execution.host.marks.next();
      if (row.attempts > 0) row.attempt_started = started;
      row.attempts++;
      execution.begin(this.#step);
      const { caution } = execution.host;
      const isWatched = caution.isOn;
      let outcome = isWatched ? await this.#enterWithCaution() : undefined;
      if (outcome === undefined) {
        const since = Date.now();
        // Also where the callback has no promise: steps that begin together have all begun before one of them ends.
        outcome = await this.#call();
        if ("thrown" in outcome) outcome = await this.#overInfrastructure(outcome, since);
        if (isWatched) caution.leave(row.step);
      }
      if (!execution.alive) return never();
      let result = "value" in outcome ? this.#succeed(outcome.value, started) : this.#fail(outcome.thrown, started);
      // Every promise is a part of what a step costs, so what is there at once is not waited for.
      if (result instanceof Promise) result = await result;
      if (!execution.alive) return never();
      if (result !== RETRY) return result;
    }
  }

  /** A callback that takes the process down is found out, and not called for ever. @returns why it must not be called */
  async #enterWithCaution(): Promise<Outcome | undefined> {
    const { definition, id, host } = this.#execution;
    const { step, name, count } = this.#step.row;
    try {
      await host.caution.enter(step, { workflow: definition.name, run: id, step: `${name}-${count}` });
    } catch (thrown) {
      return { thrown };
    }
    return this.#execution.alive ? undefined : never();
  }

  /** Calls back again, for as long as what fails is not the callback but the way to what it called (E8). */
  async #overInfrastructure(failed: Outcome, since: number): Promise<Outcome> {
    let outcome = failed;
    for (let tries = 0; ; tries++) {
      if ("value" in outcome || !isInfrastructureError(outcome.thrown)) return outcome;
      const { message } = recordOf(outcome.thrown);
      // When the disk is full, this ends here, as for all runs of the shard, and goes on when there is room.
      if (isStorageFailure(message)) await this.#execution.host.storageCheck.again();
      // Who allows no retry at all wants the callback to be called once.
      if (this.#config.retries.limit === 0 || Date.now() >= since + INFRASTRUCTURE_PATIENCE_MS) return outcome;
      this.#logInfrastructure(tries, message);
      await new Promise((resolve) => {
        setTimeout(resolve, Math.min(100 * 2 ** tries, 5000));
      });
      if (!this.#execution.alive) return never();
      outcome = await this.#call();
    }
  }

  #call(): Outcome | Promise<Outcome> {
    const { row } = this.#step;
    const callback = this.#execution.tests?.callbackFor(row, this.#config) ?? this.#callback;
    const context = contextOf(row.name, row.count, row.attempts, this.#config);
    return callBack(
      this.#execution.host.timers,
      timeoutMs(this.#config),
      () => callInside(this.#execution, this.#path, () => callback(context)),
      (value) => this.#keepIfStream(value),
    );
  }

  /** A stream is read to its end within the attempt's time. */
  #keepIfStream(value: unknown): Promise<unknown> | undefined {
    if (!(value instanceof ReadableStream)) return undefined;
    const { row } = this.#step;
    const attempt = row.attempts;
    const isCurrent = (): boolean => row.attempts === attempt && row.failures < attempt;
    return keepStream(this.#execution, row.step, row.name, value, isCurrent);
  }

  #succeed(value: unknown, started: Mark): unknown {
    const execution = this.#execution;
    const { row } = this.#step;
    let encoded: Encoded;
    try {
      encoded =
        value instanceof KeptStream
          ? { form: FORM.stream, text: String(value.pieces), bytes: value.bytes }
          : encode(value, `Step ${row.name}-${row.count} output`);
      if (!execution.hasRoomFor(encoded.bytes)) throw new UnserialisableResult(INSTANCE_FULL, true);
    } catch (thrown) {
      return this.#fail(thrown, started);
    }
    return journaled(execution, () => {
      const { steps, marks, chunks } = execution.host;
      // The end of the attempt, and of the step.
      const ended = marks.next(2);
      if (this.#step.stored || row.attempts > 1 || row.rollback !== null) steps.complete(row, ended, encoded);
      else steps.insertCompleted(row, ended, encoded);
      execution.stored(encoded.bytes);
      execution.end(this.#step);
      execution.host.recorded(execution);
      return value instanceof KeptStream ? replayStream(chunks, row.step, value.pieces) : copyOf(encoded);
    });
  }

  async #fail(thrown: unknown, started: Mark): Promise<typeof RETRY> {
    const execution = this.#execution;
    const { row } = this.#step;
    if (isA(thrown, UnserialisableResult)) {
      const fault = thrown.isWhole ? thrown.message : `Value returned from step "${row.name}" is not serialisable`;
      const error = recordOf(new EngineError("WorkflowFatalError", fault), true);
      execution.host.failRun(execution, new EngineError("WorkflowFatalError", fatalMessage(row.name, thrown)), () =>
        this.#recordFailure(started, error, { error }),
      );
      return never();
    }
    const { keepsErrorNames } = execution.definition;
    const error = recordOf(thrown, keepsErrorNames);
    row.failures++;
    const context = contextOf(row.name, row.count, row.attempts, this.#config);
    const planned = await planRetry(
      execution.host.timers,
      this.#config,
      context,
      row.failures,
      thrown,
      keepsErrorNames,
    );
    const plan = execution.tests?.planOf(row, planned) ?? planned;
    if (!execution.alive) return never();
    await journaled(execution, () => this.#recordFailure(started, error, plan));
    if ("delay" in plan) return RETRY;
    throw reviveError(plan.error);
  }

  #recordFailure(started: Mark, error: ErrorRecord, plan: RetryPlan): void {
    const execution = this.#execution;
    const { row } = this.#step;
    const { steps, storage, marks } = execution.host;
    const ended = marks.next(2);
    const now = timeOf(ended);
    storage.transactionSync(() => {
      const delay = "delay" in plan ? plan.delay : null;
      steps.addFailedAttempt(row.step, row.attempts, started, ended, delay, JSON.stringify(error));
      if ("delay" in plan) {
        // While a pause is pending the clock stands still, on disk as in memory.
        row.due_at = execution.isGated ? null : now + plan.delay;
        row.held_ms = execution.isGated ? plan.delay : null;
        steps.put(row);
        row.due_at = now + plan.delay;
      } else steps.fail(row, ended, JSON.stringify(plan.error));
    });
    this.#step.stored = true;
    this.#logFailure(error, plan);
    execution.end(this.#step);
    if (!("delay" in plan)) execution.host.recorded(execution);
  }

  #logInfrastructure(tries: number, message: string): void {
    const { definition, id } = this.#execution;
    const { row } = this.#step;
    const subject = { workflow: definition.name, run: id, step: `${row.name}-${row.count}` };
    const what = `could not reach what it calls, and is repeated without counting as a retry: ${message}`;
    logLine(tries === 0 ? "warn" : "debug", subject, what);
  }

  /** The first failure and the last are for everybody, with the place in the code; those between for who looks. */
  #logFailure(error: ErrorRecord, plan: RetryPlan): void {
    const { definition, id } = this.#execution;
    const { row } = this.#step;
    const subject = { workflow: definition.name, run: id, step: `${row.name}-${row.count}` };
    const what = `attempt ${row.attempts} failed`;
    if (!("delay" in plan)) logFailure("warn", subject, `${what}, the last one`, error);
    else if (row.failures === 1) logFailure("warn", subject, `${what}, the next is in ${plan.delay} ms`, error);
    else logLine("debug", subject, `${what}, the next is in ${plan.delay} ms: ${error.name}: ${error.message}`);
  }

  #sleepUntilRetry(dueAt: number): Promise<void> {
    const { row } = this.#step;
    row.due_at = null;
    const isOver = dueAt <= Date.now() || this.#execution.tests?.skipsRetryDelay(row) === true;
    if (isOver && !this.#execution.isGated) return Promise.resolve();
    return new Promise((resolve) => {
      this.#execution.addWait(dueAt, resolve);
    });
  }
}

function fatalMessage(step: string, { isWhole, message }: UnserialisableResult): string {
  if (isWhole) return message;
  return `The execution of the Workflow instance was terminated, as the step "${step}" returned a value which is not serialisable`;
}

const RETRY = Symbol("retry");

export function parseError(stored: string | null): ErrorRecord {
  // Written by JSON.stringify from an ErrorRecord.
  return stored === null ? { name: "Error", message: "unknown error" } : (JSON.parse(stored) as ErrorRecord);
}

function isCallback(value: unknown): value is StepCallback {
  return typeof value === "function";
}
