import type { OpenWait } from "../store/run-record.ts";

/** More than these at a time are not shown. */
const MAX_WAITS = 50;

/** What a run waits for now. A wait that was known before began when it was first heard of, whatever a replay says. */
export function mergeWaits(known: readonly OpenWait[], open: readonly OpenWait[]): OpenWait[] {
  return open
    .slice(0, MAX_WAITS)
    .map((wait) => known.find(({ step, count }) => step === wait.step && count === wait.count) ?? wait);
}

/** What is left to wait for after an event has been sent: it goes to the first that waits for its type. */
export function answerWait(waits: readonly OpenWait[], event: string): OpenWait[] {
  const answered = waits.findIndex((wait) => wait.event === event);
  return waits.filter((_wait, place) => place !== answered);
}
