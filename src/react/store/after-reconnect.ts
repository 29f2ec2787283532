import type { ClientMessage, RunView } from "../../agent/protocol.ts";

/**
 * What becomes of a request that was sent, but not answered before its connection was lost:
 *
 * - `done`: the agent's state shows that it was
 * - `again`: it is sent once more, because doing it twice is the same as doing it once, or it has not been done
 * - `lost`: nobody can say, and doing it twice may do harm
 */
export type Verdict = "done" | "again" | "lost";

type Rule = (before: RunView | undefined, after: RunView | undefined, message: ClientMessage) => Verdict;

const RULES: Record<ClientMessage["type"], Rule> = {
  status: () => "again",
  run: () => "again",
  runs: () => "again",
  results: () => "again",
  // The new connection has begun with the state.
  sync: () => "done",
  // It carries the run's id, and an id is taken once only.
  start: (_before, after) => (after === undefined ? "again" : "done"),
  delete: () => "again",
  pause: (before, after) => toReach("paused", before, after),
  resume: (before, after) => toReach("running", before, after),
  cancel: (before, after) => toReach("cancelled", before, after),
  restart: (before, after) =>
    before !== undefined && after !== undefined && after.startedAt !== before.startedAt ? "done" : "lost",
  approve: (before, after, message) => (isAnswered(eventOf(message), before, after) ? "done" : "lost"),
  reject: (before, after, message) => (isAnswered(eventOf(message), before, after) ? "done" : "lost"),
  // An event that comes twice may answer another wait.
  sendEvent: () => "lost",
};

/** @param before the run when it was sent. @param after the run as the new connection shows it */
export function verdictOn(message: ClientMessage, before: RunView | undefined, after: RunView | undefined): Verdict {
  return RULES[message.type](before, after, message);
}

function toReach(goal: RunView["status"], before: RunView | undefined, after: RunView | undefined): Verdict {
  // A run that has begun anew is not the one that was meant.
  if (before === undefined || after === undefined || before.startedAt !== after.startedAt) return "lost";
  return after.status === goal ? "done" : "again";
}

function eventOf(message: ClientMessage): string {
  return "event" in message && typeof message.event === "string" ? message.event : "approval";
}

/** Whether the wait that was there is there no more. */
function isAnswered(event: string, before: RunView | undefined, after: RunView | undefined): boolean {
  const wait = before?.waitingFor.find((one) => one.event === event);
  if (wait === undefined || after === undefined) return false;
  return !after.waitingFor.some((one) => one.event === event && one.step === wait.step && one.since === wait.since);
}

/** Answers that mean, to a request that is sent once more, that it was done the first time. */
export function meansDone(message: ClientMessage, code: string): boolean {
  return (message.type === "start" && code === "id_taken") || (message.type === "delete" && code === "unknown_run");
}
