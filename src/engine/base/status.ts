/**
 * The states of a run and what may be asked of it in each (spec §4.1, §4.3). Plain functions of values:
 * the shard looks here before it changes anything.
 */

/** Names as `instance.status()` gives them; the position is the number stored in the `runs` table. */
export const STATUS_NAMES = [
  "queued",
  "running",
  "paused",
  "errored",
  "terminated",
  "complete",
  "waitingForPause",
  "waiting",
  "rollingBack",
] as const;

export type StatusName = (typeof STATUS_NAMES)[number];

export const STATUS = {
  queued: 0,
  running: 1,
  paused: 2,
  errored: 3,
  terminated: 4,
  complete: 5,
  waitingForPause: 6,
  waiting: 7,
  rollingBack: 8,
} as const satisfies Record<StatusName, number>;

export function statusName(status: number): StatusName | "unknown" {
  return STATUS_NAMES[status] ?? "unknown";
}

export function isTerminal(status: number): boolean {
  return status === STATUS.complete || status === STATUS.errored || status === STATUS.terminated;
}

const UNPAUSABLE: ReadonlySet<number> = new Set([STATUS.paused, STATUS.waitingForPause, STATUS.rollingBack]);

/** What `pause()` does: nothing, or stop at once, or wait for the step callbacks that are in flight. */
export function onPause(status: number, callbacksInFlight: number): "ignore" | "paused" | "waitingForPause" {
  if (isTerminal(status) || UNPAUSABLE.has(status)) return "ignore";
  return callbacksInFlight > 0 ? "waitingForPause" : "paused";
}

/** What `resume()` does: nothing, or take back a pause that has not happened yet, or run again from the journal. */
export function onResume(status: number): "ignore" | "cancel-pause" | "replay" {
  if (status === STATUS.waitingForPause) return "cancel-pause";
  return status === STATUS.paused ? "replay" : "ignore";
}
