import { setTimeout as delay } from "node:timers/promises";
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { QueueProgram, QueueStep } from "../fixtures/property-app/queue-program.ts";
import { seedFor } from "../support/seed.ts";
import { EngineApp } from "./app.ts";

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start("property-app");
});
afterAll(async () => {
  await app.stop();
});

const seed = seedFor("event queues");
const workflow = "QUEUES";

type Action = { kind: "send"; type: string } | { kind: "pause" | "resume" | "kill" } | { kind: "rest"; ms: number };

const type = fc.constantFrom("a", "b", "c");
const shortMs = fc.integer({ min: 1, max: 25 });

const step: Arbitrary<QueueStep> = fc.oneof(
  fc.record({ kind: fc.constant("wait"), type }),
  fc.record({ kind: fc.constant("wait"), type, timeoutMs: shortMs }),
  fc.record({ kind: fc.constant("both"), types: fc.tuple(type, type), timeoutMs: shortMs }),
  fc.constant<QueueStep>({ kind: "do" }),
  fc.record({ kind: fc.constant("sleep"), ms: fc.nat(10) }),
);

const action: Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("send"), type }) },
  { weight: 1, arbitrary: fc.constant<Action>({ kind: "pause" }) },
  { weight: 2, arbitrary: fc.constant<Action>({ kind: "resume" }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("rest"), ms: fc.nat(20) }) },
);

const actions = fc.array(action, { maxLength: 50, size: "max" });
const steps = fc.array(step, { maxLength: 12, size: "max" });

let runs = 0;

/** Does everything in this order, whatever the run is doing meanwhile; says what the run has received. */
async function outputOf(steps: QueueStep[], list: readonly Action[]): Promise<unknown> {
  const id = `queue-${++runs}`;
  const totals = totalsOf(list);
  const program: QueueProgram = { steps, totals };
  await app.call("create", [{ id, params: program }], { workflow });
  const sent: Record<string, number> = {};
  for (const action of list) {
    if (action.kind === "rest") await delay(action.ms);
    else if (action.kind === "kill") await app.killAndRestart();
    else if (action.kind !== "send") await app.call(action.kind, [], { id, workflow });
    else {
      const payload = (sent[action.type] = (sent[action.type] ?? 0) + 1);
      await app.call("sendEvent", [{ type: action.type, payload }], { id, workflow });
    }
  }
  await app.call("resume", [], { id, workflow });
  const { status, output } = await app.until(id, ["complete", "errored"], workflow);
  expect(status).toBe("complete");
  return output;
}

function totalsOf(list: readonly Action[]): Record<string, number> {
  const totals: Record<string, number> = { a: 0, b: 0, c: 0 };
  for (const action of list) if (action.kind === "send") totals[action.type] = (totals[action.type] ?? 0) + 1;
  return totals;
}

async function isDeliveredOnceInOrder(steps: QueueStep[], list: readonly Action[]): Promise<void> {
  const expected = Object.entries(totalsOf(list)).map(([type, total]) => [
    type,
    Array.from({ length: total }, (_, i) => i + 1),
  ]);
  expect(await outputOf(steps, list)).toEqual(Object.fromEntries(expected));
}

async function holds(list: Arbitrary<Action[]>, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(steps, list, isDeliveredOnceInOrder);
  await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: 120_000 });
}

const LONG = { timeout: 180_000 };

test("E4: every accepted event is delivered once, in order per type, whatever the run is doing", LONG, async () => {
  await expect(holds(actions, 30)).resolves.toBeUndefined();
});

test("E4: the same with a replay after every step", LONG, async () => {
  await fetch(`${app.server.url}/replay/on`, { method: "POST" });
  await expect(holds(actions, 30)).resolves.toBeUndefined();
  await fetch(`${app.server.url}/replay/off`, { method: "POST" });
});

test("E4: the same when the process is killed in between", LONG, async () => {
  const withKills = fc
    .tuple(actions, actions, actions)
    .map(([a, b, c]): Action[] => [...a, { kind: "kill" }, ...b, { kind: "kill" }, ...c]);
  await expect(holds(withKills, 2)).resolves.toBeUndefined();
});
