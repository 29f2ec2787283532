import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Call, Recipe } from "../fixtures/fuzz-app/recipe.ts";
import { draws, FUZZ_TIMEOUT_MS } from "./budget.ts";
import { FuzzApp } from "./fuzz-app.ts";
import { anything, duration, listOf, shaped, value } from "./recipes.ts";

let app: FuzzApp;
beforeAll(async () => {
  app = await FuzzApp.start();
});
afterAll(() => app.stop());

/** A few ids, so that calls meet each other's instances. */
const IDS = ["a", "b", "waits-c", "waits-d"];
const id = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...IDS).chain(value) }, { weight: 1, arbitrary: anything });
/** Of creations, which would meet each other too often. */
const freshId = fc.oneof(fc.uuid().chain(value), id);
const retention = shaped({ successRetention: duration, errorRetention: duration });
const options = shaped({ id: freshId, params: anything, retention, locationHint: value("weur") });
const step = shaped({
  name: value("one"),
  count: fc.constantFrom(1, 2, -1, 1.5).chain(value),
  type: fc.constantFrom("do", "sleep", "x").chain(value),
});

/** Arguments as each method wants them, more or less. */
const OF_BINDING: Record<string, Arbitrary<Recipe>[]> = {
  create: [options],
  createBatch: [
    fc.oneof(
      listOf(options),
      shaped({ count: fc.constantFrom(1, 3, 101, -1, 1e9).chain(value), instances: listOf(options), params: anything }),
    ),
  ],
  get: [id],
  deleteBatch: [listOf(id)],
};
const OF_INSTANCE: Record<string, Arbitrary<Recipe>[]> = {
  status: [],
  pause: [],
  resume: [],
  terminate: [shaped({ rollback: anything })],
  restart: [shaped({ from: step })],
  sendEvent: [shaped({ type: fc.constantFrom("go", "other").chain(value), payload: anything })],
  subscribe: [shaped({ after: anything, cursor: anything, limit: anything })],
  delete: [],
};

function callsOf(methods: typeof OF_BINDING, target: Arbitrary<Recipe> | undefined): Arbitrary<Call> {
  return fc.constantFrom(...Object.entries(methods)).chain(([method, wanted]) => {
    const args = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(...wanted) },
      { weight: 1, arbitrary: fc.array(anything, { maxLength: 3 }) },
    );
    const call = { binding: fc.constant("PLAIN" as const), method: fc.constant(method), args };
    return target === undefined ? fc.record(call) : fc.record({ ...call, id: target });
  });
}

const calls = fc.array(fc.oneof(callsOf(OF_BINDING, undefined), callsOf(OF_INSTANCE, id)), {
  minLength: 1,
  maxLength: 12,
});

test(
  "whatever a binding is called with, the call settles, and the server goes on as it was",
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    const property = fc.asyncProperty(calls, async (all) => {
      const instances = IDS.map((name) => ({ id: name }));
      await app.call({ binding: "PLAIN", method: "createBatch", args: [{ kind: "json", value: instances }] });
      const answers = await Promise.all(all.map((call) => app.call(call)));
      for (const [index, { settled, error }] of answers.entries()) {
        const what = JSON.stringify(all[index]).slice(0, 1000);
        if (!settled) throw new Error(`Never settled: ${what}`);
        // An error of the engine's own code is no answer to a wrong argument.
        const isAccident =
          error !== undefined &&
          /Cannot (?:read|convert|set|destructure)|is not (?:a function|iterable|defined)/.test(error.message);
        if (isAccident) throw new Error(`${error.name}: ${error.message} for ${what}`);
      }
      await app.check();
    });
    await expect(fc.assert(property, draws("binding", 150))).resolves.toBeUndefined();
  },
);
