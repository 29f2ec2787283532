import { type Cron, parseCron } from "./time/cron.ts";
import { DEFAULT_RETENTION_MS } from "./base/retention.ts";
import { WorkflowEntrypoint } from "./binding/entrypoint.ts";

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
  /** `concurrency.limit`: how many runs execute at once, over all shards. Default: as many as there is room for. */
  concurrencyLimit?: number;
  /** Cron expressions. Default: none. */
  schedules?: readonly string[];
}

export interface Registration {
  /** How many shards the application's data is spread over; fixed when the data is first made. */
  shards: number;
  /** How many executions the process holds in memory, all shards together; further runs are queued. Default 20,000. */
  maxLiveRuns?: number;
  compatibilityDate: string;
  compatibilityFlags: readonly string[];
  workflows: readonly WorkflowRegistration[];
  /** Set by a host that was asked for a server for tests, never by a configuration. */
  testing?: boolean;
}

export type WorkflowClass = new (ctx: ExecutionContext, env: unknown) => WorkflowEntrypoint;

export interface WorkflowDefinition {
  name: string;
  /** As the application exports it. */
  className: string;
  workflowClass: WorkflowClass;
  stepLimit: number;
  successRetentionMs: number;
  errorRetentionMs: number;
  concurrencyLimit: number | undefined;
  schedules: readonly Cron[];
  /** An uncaught NonRetryableError keeps its name and message in the run's error (spec §2.2). */
  keepsNonRetryableError: boolean;
  /** Errors of callbacks keep name and own properties (spec §6.9). */
  keepsErrorNames: boolean;
}

const DEFAULT_STEP_LIMIT = 10_000;
const DEFAULT_MAX_LIVE_RUNS = 20_000;
/** Rules that follow the application's compatibility date; a flag overrides the date in either direction. */
const NON_RETRYABLE: DatedRule = {
  from: "2026-05-14",
  on: "workflows_preserve_non_retryable_error_message",
  off: "workflows_replace_non_retryable_error_message",
};
const ERROR_NAMES: DatedRule = {
  from: "2026-04-21",
  on: "enhanced_error_serialization",
  off: "legacy_error_serialization",
};

interface DatedRule {
  from: string;
  on: string;
  off: string;
}

function holds(rule: DatedRule, { compatibilityDate: date, compatibilityFlags: flags }: Registration): boolean {
  return flags.includes(rule.on) || (date >= rule.from && !flags.includes(rule.off));
}

let definitions: ReadonlyMap<string, WorkflowDefinition> = new Map();
let shardCount = 1;
let forTesting = false;
let liveRunsPerShard = DEFAULT_MAX_LIVE_RUNS;

/**
 * Called once by the generated entry, with everything the application's main module exports.
 * @throws Error when a configured class is not among the exports
 */
export function registerWorkflows(worker: Readonly<Record<string, unknown>>, registration: Registration): void {
  const { workflows } = registration;
  const keepsNonRetryableError = holds(NON_RETRYABLE, registration);
  const keepsErrorNames = holds(ERROR_NAMES, registration);
  const found = new Map<string, WorkflowDefinition>();
  for (const { name, className, ...policy } of workflows) {
    const workflowClass = worker[className];
    if (!isClass(workflowClass)) {
      throw new Error(`Workflow "${name}" names the class ${className}, but the main module does not export it.`);
    }
    checkClass(workflowClass, name, className);
    found.set(name, {
      name,
      className,
      workflowClass,
      stepLimit: policy.stepLimit ?? DEFAULT_STEP_LIMIT,
      successRetentionMs: policy.successRetentionMs ?? DEFAULT_RETENTION_MS,
      errorRetentionMs: policy.errorRetentionMs ?? DEFAULT_RETENTION_MS,
      concurrencyLimit: policy.concurrencyLimit,
      schedules: (policy.schedules ?? []).map((text) => parseCron(text)),
      keepsNonRetryableError,
      keepsErrorNames,
    });
  }
  definitions = found;
  shardCount = registration.shards;
  forTesting = registration.testing === true;
  liveRunsPerShard = Math.max(1, Math.ceil((registration.maxLiveRuns ?? DEFAULT_MAX_LIVE_RUNS) / shardCount));
}

export function definitionOf(workflow: string): WorkflowDefinition | undefined {
  return definitions.get(workflow);
}

export function allDefinitions(): Iterable<WorkflowDefinition> {
  return definitions.values();
}

/** Whether tests may look into runs and change what they meet. */
export function isForTesting(): boolean {
  return forTesting;
}

export function registeredShards(): number {
  return shardCount;
}

/** How many executions one shard holds in memory. */
export function registeredLiveRuns(): number {
  return liveRunsPerShard;
}

function isClass(value: unknown): value is WorkflowClass {
  return typeof value === "function";
}

/** As the platform does from 2025-09-20 on, whatever the date: a class of another kind would fail at every run. */
function checkClass(workflowClass: WorkflowClass, workflow: string, className: string): void {
  if (!(workflowClass.prototype instanceof WorkflowEntrypoint)) {
    throw new Error(
      `Workflow "${workflow}" names the class ${className}, which does not extend WorkflowEntrypoint of "cloudflare:workers".`,
    );
  }
  if (workflowClass.prototype.run === WorkflowEntrypoint.prototype.run) {
    throw new Error(`Workflow "${workflow}" names the class ${className}, which has no run(event, step) method.`);
  }
}
