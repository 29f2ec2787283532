import { FAILED } from "../../fixtures/chaos-app/protocol.ts";
import { isBefore } from "../plan/acts.ts";
import { canBeForgotten, callsOf, type Evidence, evidenceOf, inOrder, placesOf } from "./evidence.ts";
import { type Rule, TICK_MS, type Violation } from "./violation.ts";

/** E1: once the result of a step has been shown outside, its callback is never called again. */
export const finishedStepsRest: Rule = (life) => {
  const found: Violation[] = [];
  const lastShown = new Map<number, Evidence>();
  const shown = evidenceOf(life);
  let next = 0;
  for (const effect of inOrder(life.effects)) {
    for (let one = shown[next]; one !== undefined && one.at < effect.beganAt; one = shown[++next]) {
      for (const at of one.results.keys()) lastShown.set(at, one);
    }
    const before = effect.kind === "step" ? lastShown.get(effect.at) : undefined;
    if (before === undefined || canBeForgotten(life, effect.at, before.at, effect.beganAt)) continue;
    const what = `step ${effect.name}-${effect.count} ran again (effect ${effect.n}) after ${before.source} had shown its result`;
    found.push({ invariant: "E1", life, at: effect.beganAt, what });
  }
  return found;
};

/** E2: what was shown outside stays true: a step has one result, whoever is shown it, whatever was killed in between. */
export const resultsStay: Rule = (life) => {
  const found: Violation[] = [];
  const lastShown = new Map<number, { evidence: Evidence; result: number }>();
  for (const evidence of evidenceOf(life)) {
    for (const [at, result] of evidence.results) {
      const before = lastShown.get(at);
      lastShown.set(at, { evidence, result });
      if (before === undefined || before.result === result) continue;
      if (canBeForgotten(life, at, before.evidence.at, evidence.at)) continue;
      const act = placesOf(life).get(at)?.act;
      const what = `${before.evidence.source} was sent with the result ${before.result} of ${act?.name}-${act?.count}, which ${evidence.source} has as ${result}`;
      found.push({ invariant: act?.act === "wait" ? "E4" : "E2", life, at: evidence.at, what });
    }
  }
  return found;
};

/** E1: the code comes to a step with the results of all steps before it, each of them one that a callback has given. */
export const resultsAreReal: Rule = (life) => {
  const found: Violation[] = [];
  const places = placesOf(life);
  const given = new Map(life.effects.filter(({ order }) => order === "give").map((effect) => [effect.n, effect]));
  for (const effect of life.effects) {
    const here = places.get(effect.at);
    if (here === undefined) {
      found.push({ invariant: "E6", life, at: effect.beganAt, what: `effect ${effect.n} is of no step of the plan` });
      continue;
    }
    const missing = [...places.values()].find(
      (other) => isBefore(other, here) && !effect.given.some((at, i) => i % 2 === 0 && at === other.act.at),
    );
    if (missing !== undefined) {
      const what = `effect ${effect.n} came without a result of ${missing.act.name}-${missing.act.count}`;
      found.push({ invariant: "E1", life, at: effect.beganAt, what });
    }
  }
  for (const { at, results, source } of evidenceOf(life)) {
    for (const [place, result] of results) {
      const act = places.get(place)?.act;
      if (act === undefined || act.act === "sleep" || act.act === "wait" || result === FAILED) continue;
      if (given.get(result)?.at === place) continue;
      const what = `${source} shows ${result} as the result of ${act.name}-${act.count}, which no callback of it has given`;
      found.push({ invariant: "E2", life, at, what });
    }
  }
  return found;
};

/** E1, E8: a callback is called again after a failure, after a kill, or after a restart, and for no other reason. */
export const repetitionsHaveReasons: Rule = (life) => {
  const found: Violation[] = [];
  for (const [{ act }, calls] of callsOf(life)) {
    for (const [index, call] of calls.entries()) {
      const before = calls[index - 1];
      if (before === undefined || canBeForgotten(life, act.at, before.beganAt, call.beganAt)) continue;
      const step = `${act.name}-${act.count}`;
      const isRetry = before.order === "fail" && call.attempt === before.attempt + 1;
      if (call.incarnation !== before.incarnation) {
        // A kill in between. What it has cost is at most one number.
        if (call.attempt === before.attempt || call.attempt === before.attempt + 1) continue;
        const what = `attempt ${before.attempt} of ${step} was followed, after a kill, by attempt ${call.attempt}`;
        found.push({ invariant: "E8", life, at: call.beganAt, what });
      } else if (!isRetry) {
        const what = `step ${step} was called twice in one process, as attempt ${before.attempt} (effect ${before.n}) and ${call.attempt} (effect ${call.n}), without a failure in between`;
        found.push({ invariant: "E1", life, at: call.beganAt, what });
      }
      if (isRetry && act.act === "do") {
        const earliest = before.beganAt + act.ms + act.delayMs;
        const isFromFailure = call.incarnation === before.incarnation;
        if (isFromFailure && call.beganAt < earliest - TICK_MS) {
          const what = `attempt ${call.attempt} of ${step} came ${earliest - call.beganAt} ms before its back-off was over`;
          found.push({ invariant: "E5", life, at: call.beganAt, what });
        }
      }
    }
  }
  return found;
};

/** E6: a step is the nth use of its name in call order, in every execution. */
export const stepsKeepTheirNames: Rule = (life) =>
  life.effects.flatMap((effect) => {
    const act = placesOf(life).get(effect.at)?.act;
    if (act === undefined || (act.name === effect.name && act.count === effect.count)) return [];
    const what = `effect ${effect.n} is of ${effect.name}-${effect.count} where the plan has ${act.name}-${act.count}`;
    return [{ invariant: "E6" as const, life, at: effect.beganAt, what }];
  });
