import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PLAIN, type Program, type StepCall } from "../fixtures/fuzz-app/recipe.ts";
import { draws, FUZZ_TIMEOUT_MS } from "./budget.ts";
import { FuzzApp, refuseLeaks } from "./fuzz-app.ts";
import { anything, duration, plainly, shaped, value } from "./recipes.ts";

let app: FuzzApp;
beforeAll(async () => {
  app = await FuzzApp.start();
});
afterAll(() => app.stop());

const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("a", "b", "c").chain(value) },
  { weight: 1, arbitrary: anything },
);
const retries = shaped({
  limit: fc.oneof(fc.constantFrom(0, 1, 3), fc.double(), fc.integer()).chain(value),
  delay: fc.oneof(duration, fc.constant(plainly("function")), fc.constant(plainly("throwing function"))),
  backoff: fc.constantFrom("constant", "linear", "exponential", "other").chain(value),
});
const config = shaped({ retries, timeout: duration, sensitive: fc.constantFrom("output", "input").chain(value) });
const wait = shaped({ type: fc.constantFrom("go", "a.b", "").chain(value), timeout: duration });
const how = fc.constantFrom("return" as const, "return" as const, "throw" as const, "reject" as const);
const rollback = shaped({
  rollback: fc.constantFrom(plainly("function"), plainly("throwing function"), plainly("async function")),
  rollbackConfig: config,
});
/** Its place is taken by the callback. */
const CALLBACK = plainly("undefined");

const doCall: Arbitrary<StepCall> = fc
  .record({ name, config: fc.option(config), rollback: fc.option(rollback, { freq: 3 }), how, value: anything })
  .map(({ name: called, config: given, rollback: last, how: ends, value: made }) => {
    const args = [called, ...(given === null ? [] : [given]), CALLBACK, ...(last === null ? [] : [last])];
    return { method: "do", args, callback: { at: given === null ? 1 : 2, how: ends, value: made } };
  });

const call: Arbitrary<StepCall> = fc.oneof(
  { weight: 4, arbitrary: doCall },
  { weight: 1, arbitrary: fc.tuple(name, duration).map((args): StepCall => ({ method: "sleep", args })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(name, fc.oneof(anything, fc.double().chain(value), fc.constant(plainly("invalid date"))))
      .map((args): StepCall => ({ method: "sleepUntil", args })),
  },
  { weight: 1, arbitrary: fc.tuple(name, wait).map((args): StepCall => ({ method: "waitForEvent", args })) },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constantFrom("do" as const, "sleep" as const, "sleepUntil" as const, "waitForEvent" as const),
      args: fc.array(anything, { maxLength: 4 }),
    }),
  },
);

/** A run that returns what never settles runs for ever, as it should. */
const settling = anything.filter((recipe) => !JSON.stringify(recipe).includes("pending"));

const program: Arbitrary<Program> = fc.record({
  calls: fc.array(call, { maxLength: 8 }),
  ends: fc.record({ how: fc.constantFrom("return" as const, "return" as const, "throw" as const), value: settling }),
});

/** Everything that an operator can read of a run. */
async function readAll(id: string): Promise<void> {
  for (const part of ["", "/steps", "/events", "/history"]) {
    refuseLeaksIn(await app.door.read(`/runs/hostile/${id}${part}`));
  }
}

/** An operator may see the stack of the application's own code, and nothing of the server's. */
function refuseLeaksIn(body: unknown): void {
  refuseLeaks(JSON.stringify(body, (key, inner: unknown) => (key === "stack" ? undefined : inner)));
}

test("a run that throws anything at all is errored, whatever its steps have thrown and returned before", async () => {
  const runs = PLAIN.map((kind) => {
    const made = plainly(kind);
    const calls = (["return", "throw", "reject"] as const).map((ending): StepCall => {
      const args = [
        plainly("undefined"),
        { kind: "json", value: { retries: { limit: 0, delay: 0 } } } as const,
        CALLBACK,
      ];
      return { method: "do", args, callback: { at: 2, how: ending, value: made } };
    });
    return { id: app.newId("each"), params: { calls, ends: { how: "throw", value: made } } satisfies Program };
  });
  for (const run of runs)
    await app.call({ binding: "HOSTILE", method: "create", args: [{ kind: "json", value: run }] });
  for (const { id } of runs)
    await app.until(`${id} is errored`, async () => (await app.status("hostile", id)) === "errored");
  await expect(app.check()).resolves.toBeUndefined();
});

test(
  "whatever steps are called with and their callbacks do, the run comes to its end, can be read, and the server goes on as it was",
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    const property = fc.asyncProperty(fc.array(program, { minLength: 1, maxLength: 5 }), async (programs) => {
      const ids = programs.map(() => app.newId("hostile"));
      for (const [index, id] of ids.entries()) {
        const params = { id, params: programs[index] };
        const answer = await app.call({
          binding: "HOSTILE",
          method: "create",
          args: [{ kind: "json", value: params }],
        });
        expect(answer).toEqual({ settled: true });
      }
      for (const id of ids) {
        // A rollback whose handler fails may back off for longer than a test waits.
        const isAtItsEnd = async () => /complete|errored|rollingBack/.test(await app.status("hostile", id));
        await app.until(`${id} is at its end`, isAtItsEnd);
        await readAll(id);
      }
      await app.check();
    });
    await expect(
      fc.assert(property, { ...draws<[Program[]]>("steps", 60), endOnFailure: true }),
    ).resolves.toBeUndefined();
  },
);
