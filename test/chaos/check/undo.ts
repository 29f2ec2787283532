import { type LifeRecord, spanOf } from "../record/record.ts";
import { evidenceOf, inOrder, placesOf, restartsOf } from "./evidence.ts";
import type { Rule, Violation } from "./violation.ts";

/**
 * A run that has failed, or was terminated so, takes back every step that can be, latest first, and begins none any
 * more; a kill repeats one at most.
 */
export const failuresAreUndone: Rule = (life) => {
  const since = Math.max(0, ...restartsOf(life).map((restart) => spanOf(restart).to));
  const mustBeUndone = undoableAt(life, since);
  if (mustBeUndone === undefined) return [];
  const effects = inOrder(life.effects).filter(({ beganAt }) => beganAt > since);
  const undone = effects.filter(({ kind }) => kind === "undo");
  const found: Violation[] = [];
  const complain = (at: number, what: string): void => void found.push({ invariant: "E1", life, at, what });
  for (const at of mustBeUndone) {
    if (undone.some((effect) => effect.at === at)) continue;
    const act = placesOf(life).get(at)?.act;
    complain(life.final?.readAt ?? 0, `step ${act?.name}-${act?.count} was never taken back`);
  }
  for (const [index, effect] of undone.entries()) {
    const before = undone[index - 1];
    if (before === undefined || before.at > effect.at) continue;
    if (before.at === effect.at && before.incarnation !== effect.incarnation) continue;
    const names = [effect, before].map(({ name, count }) => `${name}-${count}`);
    complain(effect.beganAt, `${names.join(" was taken back after ")}, which comes before it`);
  }
  const [first] = undone;
  const late = first && effects.find(({ kind, beganAt }) => kind === "step" && beganAt > first.beganAt);
  if (late !== undefined) {
    complain(late.beganAt, `effect ${late.n} of ${late.name}-${late.count} began when the run was being rolled back`);
  }
  return found;
};

/** Places of the steps that must have been taken back; undefined when nothing is to be. */
function undoableAt(life: LifeRecord, since: number): number[] | undefined {
  const status = life.final?.status;
  if (status === undefined || status === "gone") return undefined;
  const undoable = [...placesOf(life).values()].flatMap(({ act }) => (act.act === "do" && act.undo ? [act.at] : []));
  if (status.status === "errored" && life.plan.throws) return undoable;
  const terminated = life.operations.findLast(({ method }) => method === "terminate");
  if (status.status !== "terminated" || terminated?.rollback !== true) return undefined;
  // What had ended before for sure: what was only begun may be unknown after a kill.
  const { from } = spanOf(terminated);
  const shown = new Set(
    evidenceOf(life).flatMap(({ at, results }) => (at > since && at < from ? [...results.keys()] : [])),
  );
  return undoable.filter((at) => shown.has(at));
}
