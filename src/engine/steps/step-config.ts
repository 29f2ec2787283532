import { type Backoff, retryDelayMs } from "./backoff.ts";
import { MAX_WAIT_MS, parseDuration } from "../time/duration.ts";

/** What a delay function receives and may return (spec §6.6). */
export type DelayFunction = (input: { ctx: StepContext; error: Error }) => number | string | Promise<number | string>;

/** The config as the application wrote it, checked and completed with defaults (spec §6.2). */
export interface StepConfig {
  retries: { limit: number; delay: number | string | DelayFunction; backoff: Backoff };
  timeout: number | string;
  sensitive?: "output";
}

/** What a step callback receives (spec §6.4). */
export interface StepContext {
  step: { name: string; count: number };
  /** From 1. */
  attempt: number;
  config: {
    retries: { limit: number; delay?: number | string; backoff: Backoff };
    timeout: number | string;
    sensitive?: "output";
  };
}

/** Production's defaults; Cloudflare's local engine waits 1 s where production waits 10. */
export const DEFAULT_CONFIG: StepConfig = {
  retries: { limit: 5, delay: 10_000, backoff: "exponential" },
  timeout: "10 minutes",
};

const DEFAULT_TIMEOUT_MS = 10 * 60_000;

/** Stored in place of a delay function, which is read again from the live code at every execution. */
export const DYNAMIC_DELAY = "[dynamic]";

const MAX_RETRIES = 10_000;
const BACKOFFS: ReadonlySet<unknown> = new Set(["constant", "linear", "exponential"]);

/** The completed config, or `undefined` when it is not one: unknown keys are faults at both levels (spec §6.2). */
export function resolveConfig(given: unknown): StepConfig | undefined {
  if (given === undefined || given === null) return DEFAULT_CONFIG;
  if (!isRecord(given) || !hasOnly(given, ["retries", "timeout", "sensitive"])) return undefined;
  const config: StepConfig = { retries: DEFAULT_CONFIG.retries, timeout: DEFAULT_CONFIG.timeout };
  if (given["retries"] !== undefined) {
    const retries = resolveRetries(given["retries"]);
    if (retries === undefined) return undefined;
    config.retries = retries;
  }
  const { timeout, sensitive } = given;
  if (timeout !== undefined) {
    if (!isDuration(timeout) || (parseDuration(timeout) ?? 0) <= 0) return undefined;
    config.timeout = timeout;
  }
  if (sensitive !== undefined) {
    if (sensitive !== "output") return undefined;
    config.sensitive = sensitive;
  }
  return config;
}

function resolveRetries(given: unknown): StepConfig["retries"] | undefined {
  if (!isRecord(given) || !hasOnly(given, ["limit", "delay", "backoff"])) return undefined;
  const { limit, delay, backoff } = given;
  if (typeof limit !== "number" || !Number.isFinite(limit) || limit < 0 || limit > MAX_RETRIES) return undefined;
  if (backoff !== undefined && !BACKOFFS.has(backoff)) return undefined;
  if (!isDelayFunction(delay) && !isDelay(delay)) return undefined;
  return { limit, delay, backoff: isBackoff(backoff) ? backoff : DEFAULT_CONFIG.retries.backoff };
}

/** JSON for the journal; `null` when it is the default, which needs no room. */
export function storeConfig(config: StepConfig): string | null {
  if (config === DEFAULT_CONFIG) return null;
  const { delay } = config.retries;
  return JSON.stringify({
    ...config,
    retries: { ...config.retries, delay: typeof delay === "function" ? DYNAMIC_DELAY : delay },
  });
}

/** The stored config of the first execution wins over the code's; a delay function cannot be stored, so the code's delay holds. */
export function recallConfig(stored: string | null, current: StepConfig): StepConfig {
  if (stored === null) return DEFAULT_CONFIG;
  const config = resolveStored(stored);
  if (config.retries.delay !== DYNAMIC_DELAY) return config;
  return { ...config, retries: { ...config.retries, delay: current.retries.delay } };
}

/** A stored config as histories show it. */
export function shownConfig(stored: string | null): object {
  return stored === null ? DEFAULT_CONFIG : resolveStored(stored);
}

function resolveStored(stored: string): StepConfig {
  // Written by storeConfig, so its shape is known.
  return JSON.parse(stored) as StepConfig;
}

/** A fresh copy for each attempt, so that what a callback does to it stays there. */
export function contextOf(name: string, count: number, attempt: number, config: StepConfig): StepContext {
  const { limit, delay, backoff } = config.retries;
  const retries = typeof delay === "function" ? { limit, backoff } : { limit, backoff, delay };
  const context: StepContext = { step: { name, count }, attempt, config: { retries, timeout: config.timeout } };
  if (config.sensitive !== undefined) context.config.sensitive = config.sensitive;
  return context;
}

export function timeoutMs({ timeout }: StepConfig): number {
  return timeout === DEFAULT_CONFIG.timeout ? DEFAULT_TIMEOUT_MS : (parseDuration(timeout) ?? 0);
}

export function delayMs(config: StepConfig, base: number, failures: number): number {
  return retryDelayMs(config.retries.backoff, base, failures, MAX_WAIT_MS);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasOnly(value: Record<string, unknown>, keys: readonly string[]): boolean {
  return Object.keys(value).every((key) => keys.includes(key));
}

function isDuration(value: unknown): value is number | string {
  return parseDuration(value) !== undefined;
}

function isDelay(value: unknown): value is number | string {
  return (parseDuration(value) ?? -1) >= 0;
}

function isDelayFunction(value: unknown): value is DelayFunction {
  return typeof value === "function";
}

function isBackoff(value: unknown): value is Backoff {
  return BACKOFFS.has(value);
}
