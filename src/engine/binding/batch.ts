import { isCreatableId, isReservedId } from "../base/ids.ts";
import { type CreateRequest, REFUSAL } from "../protocol.ts";
import { retentionOf } from "../base/retention.ts";
import { refused } from "../base/route.ts";
import { checkValue, paramsOf } from "../journal/value-store.ts";

/** Cloudflare's limit for batches. */
export const MAX_BATCH = 100;

/** Options of `create`, also in `createBatch` (spec §3.2). */
export interface CreateOptions {
  id?: string;
  params?: unknown;
  retention?: { successRetention?: number | string; errorRetention?: number | string };
  /** Accepted and without meaning on one machine. */
  locationHint?: string;
}

/** The object form of `createBatch` (spec §3.3). */
export interface BatchOptions extends Omit<CreateOptions, "id"> {
  count?: number;
  instances?: readonly CreateOptions[];
}

const INVALID = "(body) Provided argument is invalid";
const LOCATIONS = ["wnam", "enam", "sam", "weur", "eeur", "apac", "apac-ne", "apac-se", "oc", "afr", "me"];

export function requestOf(options: CreateOptions | undefined): CreateRequest {
  // An id where options are expected would make an instance of another id.
  if (options !== undefined && (typeof options !== "object" || options === null)) throw refused(INVALID);
  const { id = crypto.randomUUID(), params = {}, retention } = options ?? {};
  if (!isCreatableId(id)) throw refused(REFUSAL.invalidId);
  return { id, params, ...retentionOf(retention) };
}

/** The array form: every id valid, or nothing is made. */
export function requestsOfArray(batch: readonly CreateOptions[]): CreateRequest[] {
  if (batch.length === 0) throw refused(REFUSAL.emptyBatch);
  if (batch.length > MAX_BATCH) throw refused(REFUSAL.largeBatch);
  return batch.map((options) => requestOf(options));
}

/** The object form, checked whole before anything is made. `count` wins over `instances`. */
export function requestsOfObject(batch: BatchOptions | null | undefined): CreateRequest[] {
  if (typeof batch !== "object" || batch === null) throw refused(INVALID);
  if ("count" in batch) return requestsOfCount(batch);
  const { instances } = batch;
  if (!Array.isArray(instances)) throw refused(INVALID);
  if (instances.length === 0 || instances.length > MAX_BATCH)
    throw refused("(body) Batch size exceeds maximum allowed");
  for (const options of instances) checkEntry(options);
  return instances.map((options: CreateOptions) => {
    if (options.id !== undefined && (!isCreatableId(options.id) || isReservedId(options.id))) {
      throw refused(REFUSAL.invalidIdInBody);
    }
    return requestOf(options);
  });
}

function requestsOfCount({ count, ...options }: BatchOptions): CreateRequest[] {
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1) {
    throw refused("(body) count must be a positive integer");
  }
  if (count > MAX_BATCH) throw refused(`(body) ${REFUSAL.largeBatch}`);
  checkEntry(options);
  const { params, retention } = options;
  return Array.from({ length: count }, () => requestOf({ params, ...(retention === undefined ? {} : { retention }) }));
}

function checkEntry(options: unknown): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    const type = Array.isArray(options) ? "array" : options === null ? "null" : typeof options;
    throw refused(`(body) Invalid input: expected object, received ${type}`);
  }
  const hint: unknown = Reflect.get(options, "locationHint");
  if (hint !== undefined && !LOCATIONS.some((name) => name === hint)) {
    throw refused(`(body) Invalid option: expected one of ${LOCATIONS.map((name) => `"${name}"`).join("|")}`);
  }
}

/** That all params can be kept, before any shard is asked: a batch that is refused makes nothing. */
export function checkParams(requests: readonly CreateRequest[]): void {
  for (const { id, params } of requests) {
    try {
      checkValue(params, paramsOf(id));
    } catch (error) {
      // What structured clone refuses keeps its own name, as where it is sent to a shard.
      throw error instanceof DOMException ? error : refused(error instanceof Error ? error.message : String(error));
    }
  }
}

/** What a batch could not do with one of its entries. */
export interface BatchError {
  index: number;
  id?: string;
  code: number;
  message: string;
}

/** Sorts out which entries were made, in order of the input: a repeated id counts once, an existing one not at all. */
export function sortOut(
  requests: readonly CreateRequest[],
  made: ReadonlySet<string>,
): { created: string[]; errors: BatchError[] } {
  const created: string[] = [];
  const errors: BatchError[] = [];
  const seen = new Set<string>();
  for (const [index, { id }] of requests.entries()) {
    if (seen.has(id)) {
      errors.push({ index, id, code: 10415, message: "workflows.api.error.instance.duplicate_in_batch" });
    } else if (made.has(id)) created.push(id);
    else errors.push({ index, id, code: 10405, message: "workflows.api.error.instance.already_exists" });
    seen.add(id);
  }
  return { created, errors };
}
