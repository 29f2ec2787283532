import { parseCron } from "../engine/time/cron.ts";
import { parseDuration } from "../engine/time/duration.ts";
import { WORKFLOW_CONCURRENCY_KEYS, WORKFLOW_LIMIT_KEYS, WORKFLOW_RETENTION_KEYS } from "./config-keys.ts";
import { type ConfigNode, type ConfigObject, entryOf, toJson } from "./config-node.ts";
import type { ConfigReader } from "./config-reader.ts";
import type { FilePlace } from "./errors.ts";
import type { WorkflowConfig } from "./project.ts";

/** What Cloudflare accepts at most; more is allowed here. */
const USUAL_STEP_LIMIT = 25_000;
const USUAL_SCHEDULES = 100;

type Policy = Omit<WorkflowConfig, "binding" | "name" | "className">;

/** What an entry of `workflows` says beside names: limits, retention, schedules. */
export function readWorkflowPolicy(workflow: ConfigObject, path: string, reader: ConfigReader): Policy {
  const stepLimit = readStepLimit(workflow, path, reader);
  const concurrencyLimit = readConcurrencyLimit(workflow, path, reader);
  const schedules = readSchedules(workflow, path, reader);
  return {
    ...(stepLimit !== undefined && { stepLimit }),
    ...(concurrencyLimit !== undefined && { concurrencyLimit }),
    ...readRetention(workflow, path, reader),
    ...(schedules.length > 0 && { schedules }),
  };
}

function readStepLimit(workflow: ConfigObject, path: string, reader: ConfigReader): number | undefined {
  const limits = sectionOf(workflow, path, "limits", WORKFLOW_LIMIT_KEYS, reader);
  const steps = limits && entryOf(limits, "steps");
  if (steps === undefined) return undefined;
  const key = `${path}.limits.steps`;
  const limit = readCount(steps.value, key, reader);
  if (limit !== undefined && limit > USUAL_STEP_LIMIT) {
    reader.note(steps.place, key, `is more than Cloudflare accepts (${USUAL_STEP_LIMIT})`);
  }
  return limit;
}

function readConcurrencyLimit(workflow: ConfigObject, path: string, reader: ConfigReader): number | undefined {
  const concurrency = sectionOf(workflow, path, "concurrency", WORKFLOW_CONCURRENCY_KEYS, reader);
  const limit = concurrency && entryOf(concurrency, "limit");
  return limit && readCount(limit.value, `${path}.concurrency.limit`, reader);
}

function readRetention(workflow: ConfigObject, path: string, reader: ConfigReader): Policy {
  const retention = sectionOf(workflow, path, "default_retention", WORKFLOW_RETENTION_KEYS, reader);
  const read = (key: string): number | undefined => {
    const entry = retention && entryOf(retention, key);
    return entry && readDuration(entry.value, `${path}.default_retention.${key}`, reader);
  };
  const [successRetentionMs, errorRetentionMs] = [read("success_retention"), read("error_retention")];
  return {
    ...(successRetentionMs !== undefined && { successRetentionMs }),
    ...(errorRetentionMs !== undefined && { errorRetentionMs }),
  };
}

/** One expression or a list of them. */
function readSchedules(workflow: ConfigObject, path: string, reader: ConfigReader): string[] {
  const entry = entryOf(workflow, "schedules");
  if (entry === undefined) return [];
  const key = `${path}.schedules`;
  const isList = entry.value.kind === "array";
  const items = isList ? (reader.array(entry.value, key)?.items ?? []) : [entry.value];
  if (isList && items.length === 0) reader.fault(entry.value.place, key, `\`${key}\` is empty. Remove it.`);
  const found = new Map<string, FilePlace>();
  for (const [index, item] of items.entries()) {
    const itemKey = isList ? `${key}[${index}]` : key;
    const text = reader.string(item, itemKey)?.trim();
    if (text === undefined || !isCron(text, item, itemKey, reader)) continue;
    const earlier = found.get(text);
    if (earlier === undefined) found.set(text, item.place);
    else
      reader.fault(item.place, itemKey, `"${text}" is there already, in line ${earlier.line}. Remove one of the two.`);
  }
  if (found.size > USUAL_SCHEDULES) {
    reader.note(entry.place, key, `is more than Cloudflare accepts for an account (${USUAL_SCHEDULES})`);
  }
  return [...found.keys()];
}

function isCron(text: string, item: ConfigNode, key: string, reader: ConfigReader): boolean {
  try {
    parseCron(text);
    return true;
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    reader.fault(item.place, key, `\`${key}\` is "${text}", which is not a cron expression: ${fault}.`);
    return false;
  }
}

function sectionOf(
  workflow: ConfigObject,
  path: string,
  key: string,
  keys: Parameters<ConfigReader["checkKeys"]>[2],
  reader: ConfigReader,
): ConfigObject | undefined {
  const entry = entryOf(workflow, key);
  const section = entry && reader.object(entry.value, `${path}.${key}`);
  if (section !== undefined) reader.checkKeys(section, `${path}.${key}`, keys);
  return section;
}

function readCount(node: ConfigNode, key: string, reader: ConfigReader): number | undefined {
  const value = toJson(node);
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value;
  reader.fault(node.place, key, `\`${key}\` must be a whole number of at least 1.`);
  return undefined;
}

function readDuration(node: ConfigNode, key: string, reader: ConfigReader): number | undefined {
  const value = toJson(node);
  // A bare number in text has no unit.
  const ms = typeof value === "string" && !/[a-z]/.test(value) ? undefined : parseDuration(value);
  if (ms !== undefined && ms > 0) return ms;
  reader.fault(
    node.place,
    key,
    `\`${key}\` must be a number of milliseconds or a text like "7 days" (second, minute, hour, day, week, month, year), and more than 0.`,
  );
  return undefined;
}
