import { inOrder, placesOf, restartsOf } from "./evidence.ts";
import { spanOf } from "../record/record.ts";
import type { Rule, Violation } from "./violation.ts";

/** A run that has failed takes back every step that can be, latest first, and begins none any more; a kill repeats one at most. */
export const failuresAreUndone: Rule = (life) => {
  const status = life.final?.status;
  if (!life.plan.throws || status === undefined || status === "gone" || status.status !== "errored") return [];
  const since = Math.max(0, ...restartsOf(life).map((restart) => spanOf(restart).to));
  const effects = inOrder(life.effects).filter(({ beganAt }) => beganAt > since);
  const undone = effects.filter(({ kind }) => kind === "undo");
  const found: Violation[] = [];
  const complain = (at: number, what: string): void => void found.push({ invariant: "E1", life, at, what });
  for (const { act } of placesOf(life).values()) {
    if (act.act !== "do" || !act.undo || undone.some(({ at }) => at === act.at)) continue;
    complain(life.final?.readAt ?? 0, `step ${act.name}-${act.count} was never taken back`);
  }
  for (const [index, effect] of undone.entries()) {
    const before = undone[index - 1];
    if (before === undefined || before.at > effect.at) continue;
    if (before.at === effect.at && before.incarnation !== effect.incarnation) continue;
    complain(
      effect.beganAt,
      `${effect.name}-${effect.count} was taken back after ${before.name}-${before.count}, which comes before it`,
    );
  }
  const [first] = undone;
  const late = first && effects.find(({ kind, beganAt }) => kind === "step" && beganAt > first.beganAt);
  if (late !== undefined)
    complain(late.beganAt, `effect ${late.n} of ${late.name}-${late.count} began when the run was being rolled back`);
  return found;
};
