import { stepsOf } from "../plan/acts.ts";
import { type LifeRecord, type Operation, spanOf, type Status, type Try, wasDone } from "../record/record.ts";
import { canBeForgotten, evidenceOf, outputLedger, placesOf } from "./evidence.ts";
import { mayBeWhenTerminated } from "./stale-executions.ts";
import type { Rule, Violation } from "./violation.ts";

const TERMINAL: ReadonlySet<string> = new Set(["complete", "errored", "terminated"]);

/** E5, E9: every run that was accepted is there and has come to the end that its plan and its operations give it. */
export const runsEnd: Rule = (life, { isOver }) => {
  const { final } = life;
  // What stands still is given up by the load when nobody kills any more; the rest can be said at the end only.
  const isGivenUp = final !== undefined && final.status !== "gone" && !TERMINAL.has(final.status.status);
  if (final === undefined || (!isOver && !isGivenUp)) return [];
  const complain = (invariant: Violation["invariant"], what: string): Violation[] => [
    { invariant, life, at: final.readAt, what },
  ];
  const { status } = final;
  const deleted = did(life, "delete");
  if (status === "gone") {
    if (deleted !== "no" || did(life, "create") !== "yes") return [];
    return complain("E9", "the run is gone, and nobody has deleted it");
  }
  if (deleted === "yes") return complain("E9", `the run is ${status.status} although it was deleted`);
  if (!TERMINAL.has(status.status))
    return complain("E5", `the run is ${status.status} and does not go on; ${whereItStands(life)}`);
  const ending = lastEnding(life);
  if (status.status === "terminated") {
    return ending === "no" ? complain("E9", "the run is terminated, and nobody has terminated it") : [];
  }
  const last = life.operations.findLast(({ method }) => method === "terminate");
  if (ending === "yes" && last !== undefined && !mayBeWhenTerminated(life, last).has(status.status)) {
    return complain("E9", `the run is ${status.status} although it was terminated`);
  }
  return ofItsOwn(life, status).flatMap((what) => complain(status.status === "errored" ? "E8" : "E1", what));
};

/** Whether the last thing done to a run was to end it. A termination is refused to a run that has ended by itself. */
function lastEnding(life: LifeRecord): "yes" | "maybe" | "no" {
  let isSure = true;
  for (const operation of life.operations.toReversed()) {
    const done = wasDone(operation);
    if (done === "no" || (operation.method !== "terminate" && operation.method !== "restart")) continue;
    if (operation.method === "terminate") return isSure ? done : "maybe";
    if (done === "yes") return "no";
    // One that may have been done leaves both open.
    isSure = false;
  }
  return "no";
}

function ofItsOwn(life: LifeRecord, { status, error, rollback }: Status): string[] {
  const { throws } = life.plan;
  if (status === "errored") {
    if (!throws || error?.message !== "as planned")
      return [`the run failed, and not as planned: ${error?.name}: ${error?.message}`];
    const mustUndo = stepsOf(life.plan).some(({ act }) => act.act === "do" && act.undo);
    return mustUndo && rollback?.outcome !== "complete" ? [`its rollback is ${rollback?.outcome ?? "missing"}`] : [];
  }
  if (throws) return ["the run completed, and its code throws at the end"];
  const ledger = outputLedger(life);
  if (ledger === undefined) return ["the run completed without its output"];
  const expected = [...placesOf(life).keys()].join(" ");
  const places = ledger.filter((_, index) => index % 2 === 0).join(" ");
  return places === expected ? [] : [`the output has the steps ${places}, and the plan ${expected}`];
}

function whereItStands(life: LifeRecord): string {
  const last = life.effects.at(-1);
  if (last === undefined) return "nothing of it was ever seen";
  return `the last that was seen of it is attempt ${last.attempt} of ${last.name}-${last.count}`;
}

function did(life: LifeRecord, method: Operation["method"]): "yes" | "maybe" | "no" {
  const answers = new Set(life.operations.filter((operation) => operation.method === method).map(wasDone));
  if (answers.has("yes")) return "yes";
  return answers.has("maybe") ? "maybe" : "no";
}

/** E9: what a run has ended as, it stays, and its output with it. */
export const endsAreFinal: Rule = (life) => {
  const { final, atEnd } = life;
  if (final === undefined || atEnd === undefined) return [];
  if (JSON.stringify(final.status) === JSON.stringify(atEnd)) return [];
  const name = (status: Status | "gone"): string => (status === "gone" ? status : status.status);
  const what = `the run had ended as ${name(final.status)}, and later is ${name(atEnd)} or says something else`;
  return [{ invariant: "E9", life, at: final.readAt, what }];
};

/** E9: what is refused has a reason. */
export const refusalsHaveReasons: Rule = (life) =>
  life.operations.flatMap((operation) => {
    const last = operation.tries.at(-1);
    if (last?.outcome !== "refused") return [];
    const reason = reasonFor(life, operation, last);
    if (reason === undefined) return [];
    const what = `${operation.method} was refused: ${last.refusal} (${reason})`;
    return [{ invariant: "E9" as const, life, at: last.sentAt, what }];
  });

/** Why a refusal is wrong. */
function reasonFor(life: LifeRecord, operation: Operation, { refusal = "", sentAt }: Try): string | undefined {
  const wasLost = operation.tries.some(({ outcome }) => outcome === "lost");
  if (/already/.test(refusal)) return operation.method === "create" && wasLost ? undefined : "nobody had created it";
  if (refusal.includes("instance.not_found")) {
    if (operation.method === "delete" && wasLost) return undefined;
    return did(life, "delete") === "no" ? "nobody had deleted it" : undefined;
  }
  if (refusal.includes("cannot_terminate") || refusal.includes("not_running")) {
    if (wasLost && operation.method === "terminate") return undefined;
    const next = life.looks.find(({ sentAt: at }) => at >= sentAt)?.status ?? life.final?.status;
    const hasEnded = next === undefined || next === "gone" || TERMINAL.has(next.status);
    // What is being taken back waits for no event any more.
    if (operation.method === "sendEvent" && next !== undefined && next !== "gone" && next.status === "rollingBack") {
      return undefined;
    }
    return hasEnded || did(life, "restart") !== "no" ? undefined : `the run was ${next.status}`;
  }
  if (refusal.includes("cannot_restart"))
    return shownBefore(life, operation) ? "the step had been shown to have ended" : undefined;
  return "for no reason that there is";
}

/** Whether the step from which a run was to be restarted had certainly ended. */
function shownBefore(life: LifeRecord, restart: Operation): boolean {
  const { from } = spanOf(restart);
  const step = [...placesOf(life).values()].find(({ top }) => top === restart.fromTop)?.act;
  if (step === undefined) return false;
  const others = { ...life, operations: life.operations.filter((operation) => operation !== restart) };
  return evidenceOf(life).some(
    ({ at, results }) => at < from && results.has(step.at) && !canBeForgotten(others, step.at, at, from),
  );
}
