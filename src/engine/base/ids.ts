/** Names and ids (spec §2.1, §3.1, §6.1, §8). Plain predicates. */

const CREATABLE = /^[a-zA-Z0-9_][a-zA-Z0-9-_]*$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f]/;

export const MAX_INSTANCE_ID = 100;
export const MAX_STEP_NAME = 256;
export const MAX_EVENT_TYPE = 100;

/** An id that `create` takes: letters, digits, `_` and `-` (not first), 1 to 100 characters. */
export function isCreatableId(id: unknown): id is string {
  return typeof id === "string" && id.length <= MAX_INSTANCE_ID && CREATABLE.test(id);
}

const ADDRESSABLE = /^[a-zA-Z0-9, */#_-]{1,271}$/;
const RESERVED = /^(?:batch|terminate|terminateAll|cf_[0-9a-f]{64})$/;

/** Ids that can be asked for and deleted: scheduled instances carry their cron expression in theirs. */
export function isAddressableId(id: unknown): id is string {
  return typeof id === "string" && ADDRESSABLE.test(id);
}

/** The id of the instance that a schedule creates (spec §2.3). No application can choose it. */
export function scheduledId(cron: string, scheduledTime: number): string {
  return `${cron}-${scheduledTime}`;
}

/** What an instance was scheduled for, which its id says; `undefined` for one that was created by code. */
export function scheduleOf(id: string): { cron: string; scheduledTime: number } | undefined {
  const match = isCreatableId(id) ? null : /^(.+)-(\d+)$/.exec(id);
  return match?.[1] === undefined ? undefined : { cron: match[1], scheduledTime: Number(match[2]) };
}

/** Words of Cloudflare's REST paths, refused in the object form of `createBatch`. */
export function isReservedId(id: string): boolean {
  return RESERVED.test(id);
}

/**
 * The name of a step, sleep or wait as its identity has it. Half of a surrogate pair, as a cut text may end with, cannot
 * be stored: read back it would be another name, and the step would run again (E6).
 */
export function nameOf(given: unknown): string {
  return String(given).toWellFormed();
}

/** Any text up to 256 characters without control characters, the empty one too. */
export function isStepName(name: string): boolean {
  return name.length <= MAX_STEP_NAME && !CONTROL.test(name);
}

/** Production's rule for event types; dots are not allowed. */
export function isEventType(type: unknown): type is string {
  return typeof type === "string" && type.length <= MAX_EVENT_TYPE && CREATABLE.test(type);
}
