import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedFor } from "../support/seed.ts";
import { EngineApp } from "./app.ts";
import { type Command, commands, kill, PhasesRun } from "./phases-commands.ts";
import { type Phase, PhasesModel } from "./phases-model.ts";

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start("property-app");
});
afterAll(async () => {
  await app.stop();
});

const seed = seedFor("state machine");

/** What a run may be made of. */
const shapes = fc
  .tuple(fc.array(fc.constantFrom<Phase>("held", "wait", "held", "wait", "sleep"), { maxLength: 4 }), fc.boolean())
  .map(([phases, fails]): Phase[] => (fails ? [...phases, "fail"] : phases));

let runs = 0;

/** Does the same to the model and to an instance; each call's answer and what the instance comes to are compared. */
async function walk(phases: readonly Phase[], list: Iterable<Command>): Promise<void> {
  const model = new PhasesModel(`phases-${++runs}`, phases);
  const run = new PhasesRun(app, model);
  await run.create();
  model.create();
  await run.settle(model);
  try {
    await fc.asyncModelRun(() => ({ model, real: run }), list);
  } finally {
    run.release();
  }
}

async function holds(sequences: Arbitrary<Iterable<Command>>, numRuns: number): Promise<void> {
  await fc.assert(fc.asyncProperty(shapes, sequences, walk), { seed, numRuns, interruptAfterTimeLimit: 180_000 });
}

test(
  "whatever is done to an instance, it answers and ends as the specification says (spec §4.3)",
  { timeout: 240_000 },
  async () => {
    const sequence = fc.commands(commands, { maxCommands: 25, size: "max" });
    await expect(holds(sequence, 60)).resolves.toBeUndefined();
  },
);

test("the same when the process is killed in between (E3, E4, E5)", { timeout: 240_000 }, async () => {
  const sequence = fc.commands([...commands, fc.constant(kill), fc.constant(kill)], { maxCommands: 14, size: "max" });
  await expect(holds(sequence, 8)).resolves.toBeUndefined();
});
