import { DEFAULT_RETENTION_MS } from "./retention.ts";
import type { WorkflowEntrypoint } from "./entrypoint.ts";

/** One entry of the compiled configuration. */
export interface WorkflowRegistration {
  binding: string;
  /** The workflow's name, unique in the application. */
  name: string;
  /** The class that the application's main module exports. */
  className: string;
  /** `limits.steps`. Default 10,000. */
  stepLimit?: number;
  /** `default_retention`, in ms. Default 30 days each. */
  successRetentionMs?: number;
  errorRetentionMs?: number;
}

export interface Registration {
  /** How many shards the application's data is spread over; fixed when the data is first made. */
  shards: number;
  compatibilityDate: string;
  compatibilityFlags: readonly string[];
  workflows: readonly WorkflowRegistration[];
}

export type WorkflowClass = new (ctx: ExecutionContext, env: unknown) => WorkflowEntrypoint;

export interface WorkflowDefinition {
  name: string;
  workflowClass: WorkflowClass;
  stepLimit: number;
  successRetentionMs: number;
  errorRetentionMs: number;
  /** An uncaught NonRetryableError keeps its name and message in the run's error (spec §2.2). */
  keepsNonRetryableError: boolean;
}

const DEFAULT_STEP_LIMIT = 10_000;
/** From this compatibility date on; the flags override it in either direction. */
const KEEPS_NON_RETRYABLE_FROM = "2026-05-14";

let definitions: ReadonlyMap<string, WorkflowDefinition> = new Map();
let shardCount = 1;

/**
 * Called once by the generated entry, with everything the application's main module exports.
 * @throws Error when a configured class is not among the exports
 */
export function registerWorkflows(worker: Readonly<Record<string, unknown>>, registration: Registration): void {
  const { compatibilityDate, compatibilityFlags, workflows } = registration;
  const keepsNonRetryableError = compatibilityFlags.includes("workflows_preserve_non_retryable_error_message")
    ? true
    : compatibilityDate >= KEEPS_NON_RETRYABLE_FROM &&
      !compatibilityFlags.includes("workflows_replace_non_retryable_error_message");
  const found = new Map<string, WorkflowDefinition>();
  for (const { name, className, ...policy } of workflows) {
    const workflowClass = worker[className];
    if (!isClass(workflowClass)) {
      throw new Error(`Workflow "${name}" names the class ${className}, but the main module does not export it.`);
    }
    found.set(name, {
      name,
      workflowClass,
      stepLimit: policy.stepLimit ?? DEFAULT_STEP_LIMIT,
      successRetentionMs: policy.successRetentionMs ?? DEFAULT_RETENTION_MS,
      errorRetentionMs: policy.errorRetentionMs ?? DEFAULT_RETENTION_MS,
      keepsNonRetryableError,
    });
  }
  definitions = found;
  shardCount = registration.shards;
}

export function definitionOf(workflow: string): WorkflowDefinition | undefined {
  return definitions.get(workflow);
}

export function registeredShards(): number {
  return shardCount;
}

function isClass(value: unknown): value is WorkflowClass {
  return typeof value === "function";
}
