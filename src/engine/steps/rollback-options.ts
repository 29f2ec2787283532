import { EngineError } from "../base/errors.ts";
import { resolveConfig, type StepConfig, type StepContext } from "./step-config.ts";
import type { StepRow } from "../journal/steps-table.ts";

/** What a rollback handler receives (spec §9). */
export interface RollbackInput {
  /** The forward step's context, of its last attempt. */
  ctx: StepContext;
  /** What failed the run, or `Terminated: Instance terminated during rollback`. */
  error: Error;
  /** The step's result; `undefined` when it has none. */
  output: unknown;
  /** `<name>-<count>`. */
  stepName: string;
}

export type RollbackFunction = (input: RollbackInput) => unknown;

/** The last argument of `step.do`, checked. */
export interface RollbackOptions {
  rollback: RollbackFunction;
  rollbackConfig: StepConfig;
}

/** A handler together with the step whose effects it takes back. */
export interface RollbackHandler extends RollbackOptions {
  row: StepRow;
  config: StepConfig;
}

const CONFIG_DOCS = "https://developers.cloudflare.com/workflows/build/sleeping-and-retrying/";

/** @throws EngineError with Cloudflare's texts */
export function readRollback(step: string, given: unknown): RollbackOptions {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw fatal(`Rollback options for "${step}" must be an object`);
  }
  const rollback: unknown = Reflect.get(given, "rollback");
  if (!isFunction(rollback)) throw fatal(`Rollback for "${step}" must be a function`);
  const rollbackConfig = resolveConfig(Reflect.get(given, "rollbackConfig"));
  if (rollbackConfig === undefined)
    throw fatal(`Rollback config for "${step}" is in a invalid format. See ${CONFIG_DOCS}`);
  return { rollback, rollbackConfig };
}

function fatal(message: string): EngineError {
  return new EngineError("WorkflowFatalError", message);
}

function isFunction(value: unknown): value is RollbackFunction {
  return typeof value === "function";
}
