import { answeredAt, type Effect, type LifeRecord, type Operation, spanOf, wasDone } from "../record/record.ts";
import { inOrder } from "./evidence.ts";
import { type Rule, TICK_MS, type Violation } from "./violation.ts";

/** E3: when a newer execution has begun something, an older one begins nothing any more. */
export const oneExecutionAtATime: Rule = (life) => {
  const found: Violation[] = [];
  const begun = new Map<string, Effect>();
  let newest: Effect | undefined;
  for (const effect of inOrder(life.effects)) {
    if (!begun.has(effect.execution)) {
      begun.set(effect.execution, effect);
      newest = effect;
    } else if (newest !== undefined && effect.execution !== newest.execution) {
      if (effect.beganAt <= newest.beganAt + TICK_MS) continue;
      const what = `execution ${short(effect)} began effect ${effect.n} when execution ${short(newest)} had already begun effect ${newest.n}`;
      found.push({ invariant: "E3", life, at: effect.beganAt, what });
    }
  }
  return found;
};

/** E3: after `pause`, `terminate`, `restart` or `delete` was answered, nothing of what was stopped begins. */
export const whatIsStoppedRests: Rule = (life) =>
  life.operations
    .flatMap((operation) => begunAfter(life, operation))
    .map((effect) => {
      const what = `effect ${effect.n} of ${effect.name}-${effect.count} began although the run was stopped before`;
      return { invariant: "E3", life, at: effect.beganAt, what };
    });

function begunAfter(life: LifeRecord, operation: Operation): Effect[] {
  switch (operation.method) {
    case "pause":
      return effectsBetween(life, operation, ["resume", "restart"]).filter(({ kind }) => kind === "step");
    case "terminate":
      return effectsBetween(life, operation, ["restart"]).filter(
        ({ kind }) => kind === "step" || operation.rollback !== true,
      );
    case "delete":
      return effectsBetween(life, operation, []);
    case "restart":
      return staleAfter(life, operation);
    case "create":
    case "resume":
    case "sendEvent":
      break;
  }
  return [];
}

/** Effects that began after an operation was answered and before one that sets the run going again was sent. */
function effectsBetween(life: LifeRecord, stop: Operation, untilMethods: readonly string[]): Effect[] {
  const from = answeredAt(stop);
  if (from === undefined) return [];
  const going = life.operations.filter(({ method }) => untilMethods.includes(method));
  const to = Math.min(
    ...going
      .map((operation) => spanOf(operation))
      .filter((span) => span.to >= from)
      .map((span) => span.from),
  );
  return life.effects.filter(({ beganAt }) => beganAt > from + TICK_MS && beganAt < to);
}

/** Effects of executions from before a restart that began after it. */
function staleAfter(life: LifeRecord, restart: Operation): Effect[] {
  const to = answeredAt(restart);
  if (to === undefined || wasDone(restart) !== "yes") return [];
  const { from } = spanOf(restart);
  const old = new Set(life.effects.filter(({ beganAt }) => beganAt < from - TICK_MS).map(({ execution }) => execution));
  return life.effects.filter(({ execution, beganAt }) => old.has(execution) && beganAt > to + TICK_MS);
}

/** E3, E9: whoever looks at a run that was paused, terminated or deleted sees that it is. */
export const statusesAreTrue: Rule = (life) => {
  const found: Violation[] = [];
  const complain = (at: number, what: string): void => void found.push({ invariant: "E9", life, at, what });
  for (const { sentAt, answeredAt: seenAt, status } of life.looks) {
    const name = status === "gone" ? "gone" : status.status;
    const since = (method: string, until: readonly string[]): Operation | undefined =>
      life.operations.find((operation) => {
        const done = answeredAt(operation);
        if (operation.method !== method || done === undefined || done > sentAt) return false;
        return !life.operations.some(
          (other) => until.includes(other.method) && spanOf(other).to >= done && spanOf(other).from <= seenAt,
        );
      });
    const terminated = since("terminate", ["restart", "delete"]);
    if (since("delete", []) !== undefined) {
      if (name !== "gone") complain(seenAt, `the run is ${name} although it was deleted`);
    } else if (terminated !== undefined) {
      if (!mayBeWhenTerminated(life, terminated).has(name)) {
        complain(seenAt, `the run is ${name} although it was terminated`);
      }
    } else if (since("pause", ["resume", "restart", "delete", "terminate"]) !== undefined) {
      if (!MAY_BE_WHEN_PAUSED.has(name)) complain(seenAt, `the run is ${name} although it was paused`);
    }
    if (name === "gone" && since("create", ["delete"]) !== undefined) {
      complain(seenAt, "there is no such run although it was created");
    }
  }
  return found;
};

/** A pause does nothing to a run that has ended or is being rolled back. */
const MAY_BE_WHEN_PAUSED: ReadonlySet<string> = new Set([
  "paused",
  "waitingForPause",
  "complete",
  "errored",
  "terminated",
  "rollingBack",
]);

/** What was being rolled back for a failure of its own goes on with that. */
export function mayBeWhenTerminated(life: LifeRecord, { rollback }: Operation): ReadonlySet<string> {
  if (rollback !== true) return new Set(["terminated"]);
  return new Set(["terminated", "rollingBack", ...(life.plan.throws ? ["errored"] : [])]);
}

function short({ execution }: Effect): string {
  return execution.slice(0, 8);
}
