import { describe, expect, test } from "vitest";
import { effect, lifeOf, operation, chain, chainEffects, CHAIN, SECOND, problemsOf } from "./hand-made.ts";

describe("finished steps", () => {
  test("a chain without any trouble is sound", () => expect(problemsOf(chain())).toEqual([]));

  test("a step that a kill has cut off may run again", () => {
    const { a, b } = chainEffects();
    const again = effect(CHAIN, 2, 310, { given: [1, 10], n: 21, ...SECOND });
    const last = effect(CHAIN, 3, 320, { given: [1, 10, 2, 21], ...SECOND });
    expect(problemsOf(lifeOf(CHAIN, { effects: [a, b, again, last], ledger: [1, 10, 2, 21, 3, 30] }))).toEqual([]);
  });

  test("E1: a step whose result was shown may not run again, whatever was killed", () => {
    const again = effect(CHAIN, 2, 310, { given: [1, 10], n: 21, ...SECOND });
    const last = effect(CHAIN, 3, 320, { given: [1, 10, 2, 21], n: 31, ...SECOND });
    const life = chain({ effects: [...Object.values(chainEffects()), again, last], ledger: [1, 10, 2, 21, 3, 31] });
    expect(problemsOf(life)).toContainEqual(expect.stringMatching(/^E1: .*b-1 ran again/));
    expect(problemsOf(life)).toContainEqual(
      expect.stringMatching(/^E2: .*effect 30 was sent with the result 20 of b-1/),
    );
  });

  test("after a restart from a step it may", () => {
    const restart = operation("restart", 305, { fromTop: 1 });
    const again = effect(CHAIN, 2, 310, { given: [1, 10], n: 21, ...SECOND });
    const last = effect(CHAIN, 3, 320, { given: [1, 10, 2, 21], n: 31, ...SECOND });
    const effects = [...Object.values(chainEffects()), again, last];
    expect(problemsOf(chain({ operations: [restart], effects, ledger: [1, 10, 2, 21, 3, 31] }))).toEqual([]);
  });

  test("E1: and those before that step may not", () => {
    const restart = operation("restart", 305, { fromTop: 1 });
    const again = effect(CHAIN, 1, 310, { n: 11, ...SECOND });
    expect(
      problemsOf(chain({ operations: [restart], effects: [...Object.values(chainEffects()), again] })),
    ).toContainEqual(expect.stringMatching(/^E1: .*a-1 ran again/));
  });

  test("E1: a callback is not called twice in one process", () => {
    const twice = effect(CHAIN, 3, 301, { given: [1, 10, 2, 20], n: 31 });
    const life = chain({ effects: [...Object.values(chainEffects()), twice], ledger: [1, 10, 2, 20, 3, 31] });
    expect(problemsOf(life)).toContainEqual(expect.stringMatching(/^E1: .*called twice in one process/));
  });

  test("E2: the output has the results that were shown", () => {
    expect(problemsOf(chain({ ledger: [1, 10, 2, 30, 3, 30] }))).toContainEqual(
      expect.stringMatching(/^E2: .*the output/),
    );
  });

  test("E2: a result is one that a callback has given", () => {
    expect(problemsOf(chain({ ledger: [1, 10, 2, 20, 3, 31] }))).toContainEqual(
      expect.stringMatching(/^E2: .*which no callback of it has given/),
    );
  });

  test("E1: no step comes before those in front of it have ended", () => {
    const effects = [
      effect(CHAIN, 1, 100),
      effect(CHAIN, 2, 200, { given: [1, 10] }),
      effect(CHAIN, 3, 300, { given: [1, 10] }),
    ];
    expect(problemsOf(chain({ effects }))).toContainEqual(expect.stringMatching(/^E1: .*without a result of b-1/));
  });

  test("E6: a step has its own name and count", () => {
    const { a, b, c } = chainEffects();
    expect(problemsOf(chain({ effects: [a, { ...b, count: 2 }, c] }))).toContainEqual(
      expect.stringMatching(/^E6: .*effect 20 is of b-2/),
    );
  });

  test("E6: an effect is of a step of the plan", () => {
    expect(problemsOf(chain({ effects: [...Object.values(chainEffects()), effect(CHAIN, 9, 400)] }))).toContainEqual(
      expect.stringMatching(/^E6: .*no step of the plan/),
    );
  });
});
