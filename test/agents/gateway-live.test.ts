import { describe, expect, test } from "vitest";
import type { Part, Report } from "../fixtures/gateway-app/program.ts";
import { gatewayApp } from "./gateway-app.ts";
import type { GatewayClient } from "./gateway-client.ts";

// How clients are kept up to date: a whole state for those who know nothing else, what is new for those who ask for it.

const app = gatewayApp();
const DELTAS = "_deltas=1";

const add = (value: unknown): Report => ({ report: "addResult", args: [value] });
const at = (step: string, progress: number): Report => ({ report: "updateStep", args: [step, progress] });
const held = (gate: string): Part => ({ step: "hold", deeds: [{ gate }] });

/** Numbers of messages of a type among those that have come since. */
function lengthsOf(client: GatewayClient, type: string, since = 0): number[] {
  return client.lengths.filter((_length, n) => n >= since && client.messages[n]?.type === type);
}

describe("a client that asks for what is new", () => {
  test("ends up with the same state as one that does not, whatever happens", async () => {
    const [plain, delta] = [await app.connect("same"), await app.connect("same", DELTAS)];
    const program = (n: number): Part[] => [
      { step: "work", deeds: [at("begin", n), add(n), { failures: n % 2 }, add(`more ${n}`)] },
      { wait: "for news", event: "news" },
      held(`same-${n}`),
      ...(n === 2 ? [{ throw: "unlucky" } as const] : []),
    ];
    for (const n of [1, 2, 3, 4]) await delta.start(program(n), { instanceId: `same-${n}` });
    for (const n of [1, 2, 3, 4]) {
      await delta.untilRun(`same-${n}`, ({ waitingFor }) => waitingFor.length === 1);
      await plain.must({ type: "sendEvent", instanceId: `same-${n}`, event: { type: "news" } });
      await plain.untilAwaited(`same-${n}`);
    }
    await plain.must({ type: "cancel", instanceId: "same-3" });
    await plain.must({ type: "pause", instanceId: "same-4" });
    for (const n of [1, 2, 3, 4]) await plain.call("openGate", `same-${n}`);
    await delta.untilRun("same-1", ({ status }) => status === "complete");
    await delta.untilRun("same-2", ({ status }) => status === "error");
    await delta.must({ type: "restart", instanceId: "same-1" });
    await delta.must({ type: "delete", instanceId: "same-3" });
    await delta.untilState(({ runs }) => runs.every(({ id }) => id !== "same-3"));
    await delta.untilRun("same-1", ({ waitingFor }) => waitingFor.length === 1);
    const whole = await delta.must({ type: "sync" });
    if (whole.type !== "state_update") throw new Error(whole.type);
    for (const client of [plain, delta]) await client.until(() => same(client.state, whole.state));
    expect(lengthsOf(plain, "state_delta")).toEqual([]);
    // Its whole state came once, when it connected.
    expect(lengthsOf(delta, "cf_agent_state")).toHaveLength(1);
  });

  test("is sent the progress of a run with a thousand results, and not the results", async () => {
    const [plain, delta] = [await app.connect("little"), await app.connect("little", DELTAS)];
    const results = Array.from({ length: 1000 }, (_, n) => add({ n, text: `result number ${n}` }));
    const id = await plain.start([
      { step: "fill", deeds: results },
      held("filled"),
      ...[10, 20, 30].map((n): Part => ({ step: `at ${n}`, deeds: [at(`at ${n}`, n), { gate: `at-${n}` }] })),
    ]);
    await plain.untilAwaited("filled");
    await delta.untilRun(id, ({ totalResults }) => totalResults === 1000);
    const since = delta.messages.length;
    await plain.call("openGate", "filled");
    for (const n of [10, 20, 30]) {
      await delta.untilRun(id, ({ progress }) => progress === n);
      await plain.untilRun(id, ({ progress }) => progress === n);
      await plain.call("openGate", `at-${n}`);
    }
    await delta.untilRun(id, ({ status }) => status === "complete");
    expect(Math.max(...lengthsOf(delta, "state_delta", since))).toBeLessThan(300);
    // Nobody is sent a thousand results.
    expect(Math.max(...plain.lengths)).toBeLessThan(15_000);
    expect(delta.run(id)?.results).toEqual(plain.run(id)?.results);
    expect(delta.run(id)?.results).toHaveLength(50);
  });

  test("is sent a whole state when the application changes its own fields", async () => {
    const delta = await app.connect("own-fields", DELTAS);
    await delta.call("setTheme", "dark");
    await delta.untilState(({ theme }) => theme === "dark");
    const id = await delta.start([add(1)]);
    await delta.untilRun(id, ({ status }) => status === "complete");
    expect(delta.state).toMatchObject({ theme: "dark", results: [1] });
  });

  test("that comes in the middle of a burst has every result once", async () => {
    const first = await app.connect("middle", DELTAS);
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    const id = await first.start(numbers.map((n): Part => ({ step: `add ${n}`, deeds: [add(n), at(`add ${n}`, n)] })));
    const clients = [first];
    while (clients.length < 8) clients.push(await app.connect("middle", DELTAS));
    for (const client of clients) {
      const run = await client.untilRun(id, ({ status }) => status === "complete");
      expect(run).toMatchObject({ results: numbers, totalResults: 40 });
    }
  });

  test("stays right when its agent goes to sleep and wakes", async () => {
    const delta = await app.connect("sleepy", DELTAS);
    // An idle object leaves the memory after ten seconds; its connections stay.
    const id = await delta.start([
      add("before"),
      { sleepMs: 13_000 },
      add("after"),
      at("awake", 90),
      { wait: "x", event: "x" },
    ]);
    await delta.untilRun(id, ({ waitingFor }) => waitingFor.length === 1);
    expect(delta.run(id)).toMatchObject({ results: ["before", "after"], step: "awake", progress: 90 });
    expect(lengthsOf(delta, "cf_agent_state")).toHaveLength(1);
    const plain = await app.connect("sleepy");
    expect(delta.state).toEqual(plain.state);
  });
});

describe("a burst of reports", () => {
  const burst = 500;

  test.each(["", DELTAS])("is sent at most once per frame, and its last one arrives (query %j)", async (query) => {
    const client = await app.connect(`burst${query}`, query);
    const steps = Array.from({ length: burst }, (_, n): Report => at(`step ${n}`, (n / burst) * 100));
    const since = client.states.length;
    const startedAt = Date.now();
    const id = await client.start([{ step: "burst", deeds: steps }, held(`burst${query}`)]);
    const run = await client.untilRun(id, ({ step }) => step === `step ${burst - 1}`);
    const frames = (Date.now() - startedAt) / 16;
    expect(run.progress).toBeCloseTo(((burst - 1) / burst) * 100);
    expect(client.states.length - since).toBeLessThanOrEqual(Math.ceil(frames) + 2);
    expect(client.states.length - since).toBeLessThan(burst);
  });
});

describe("code on the server", () => {
  test("that listens to the state hears of changes with nobody connected", async () => {
    const client = await app.connect("listens", "", "closet");
    const start = { params: { program: [at("half", 50), held("listens"), { step: "end", deeds: [at("end", 90)] }] } };
    const url = `${app.server.url}/agents/closet/listens`;
    await client.must({ type: "start", instanceId: "listened", ...start });
    await client.untilAwaited("listens");
    client.close();
    await client.until(() => client.closed);
    await fetch(`${url}/runs/listened/cancel`, { method: "POST" });
    const again = await app.connect("listens", "", "closet");
    const heard = (await again.call("heardOf")) as string[];
    expect(heard).toContain("running 50");
    expect(heard.at(-1)).toBe("idle 50");
  });
});

function same(a: unknown, b: unknown): true | undefined {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)) ? true : undefined;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, of]) => [key, sorted(of)]),
  );
}
