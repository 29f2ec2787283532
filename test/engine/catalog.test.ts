import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { seedFor } from "../support/seed.ts";
import { EngineApp } from "./app.ts";

interface Run {
  workflow: string;
  id: string;
  status: string;
  createdAt: number;
  startedAt?: number;
  endedAt?: number;
  error?: { name: string; message: string };
}

interface Workflow {
  name: string;
  className?: string;
  isRegistered: boolean;
  counts: Record<string, number>;
}

const BINDINGS: Readonly<Record<string, string>> = { programs: "PROGRAMS", short: "SHORT" };

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start();
});
afterAll(async () => {
  await app.stop();
});

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

async function counts(workflow: string): Promise<Record<string, number>> {
  const { workflows } = await app.door.read<{ workflows: Workflow[] }>("/workflows");
  const found = workflows.find(({ name }) => name === workflow);
  if (found === undefined) throw new Error(`no workflow ${workflow}`);
  return Object.fromEntries(Object.entries(found.counts).filter(([, n]) => n > 0));
}

async function untilCounts(workflow: string, expected: Record<string, number>): Promise<void> {
  const reached = async (): Promise<void> => expect(await counts(workflow)).toEqual(expected);
  await vi.waitFor(reached, { timeout: 60_000, interval: 100 });
}

async function list(query: Record<string, string | number>, look?: (runs: Run[]) => Promise<void>): Promise<Run[]> {
  const text = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]));
  return app.door.readAll<Run>(`/runs?${text}`, "runs", {
    cursor: "cursor",
    look: async (page) => {
      const runs = page["runs"] as Run[];
      expect(runs.length).toBeLessThanOrEqual(Number(query["limit"] ?? 100));
      await look?.(runs);
    },
  });
}

describe("thousands of runs over all shards", () => {
  /** All of them, as the listing without a filter gives them. */
  let all: Run[];

  beforeAll(async () => {
    await app.createMany(numbered("Order-", 900), "nothing");
    await app.createMany(numbered("order_fails_", 300), "throws");
    await app.createMany(numbered("wait-", 400), "waits");
    await app.createMany(numbered("Order-", 700), "nothing", {}, "SHORT");
    await app.createMany(numbered("1", 200), "waits", {}, "SHORT");
    for (const id of numbered("wait-", 60)) await app.control(id, "terminate");
    for (const id of numbered("wait-", 80).slice(60)) await app.control(id, "pause");
    await untilCounts("programs", { complete: 900, errored: 300, running: 320, terminated: 60, paused: 20 });
    await untilCounts("short", { complete: 700, running: 200 });
    all = await list({ limit: 1000 });
  });

  test("all are listed once, newest first, each with what is known of it", async () => {
    expect(all).toHaveLength(2500);
    expect(new Set(all.map(({ workflow, id }) => `${workflow} ${id}`)).size).toBe(2500);
    expect(all.map(({ createdAt }) => createdAt)).toEqual(
      all.map(({ createdAt }) => createdAt).toSorted((a, b) => b - a),
    );
    const expected = await Promise.all(
      all
        .filter((_, i) => i % 50 === 0)
        .map(async ({ workflow, id }) => app.status(id, BINDINGS[workflow]).then(({ status }) => [id, status])),
    );
    expect(all.filter((_, i) => i % 50 === 0).map(({ id, status }) => [id, status])).toEqual(expected);
    const failed = all.find(({ id }) => id === "order_fails_7");
    expect(failed).toMatchObject({ workflow: "programs", error: { name: "TypeError", message: "top" } });
    const { createdAt = 0, startedAt = 0, endedAt = 0 } = failed ?? {};
    expect(createdAt).toBeLessThanOrEqual(startedAt);
    expect(startedAt).toBeLessThanOrEqual(endedAt);
    expect(all.find(({ id }) => id === "wait-100")).not.toHaveProperty("endedAt");
  });

  test("every filter, and any of them together, give what they should, in pages of any size", async () => {
    const times = all.map(({ createdAt }) => createdAt);
    const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
    const query = fc.record({
      workflow: maybe(fc.constantFrom("programs", "short", "nowhere")),
      status: maybe(
        fc.uniqueArray(fc.constantFrom<string[]>("complete", "errored", "running", "paused", "terminated", "queued"), {
          minLength: 1,
        }),
      ),
      from: maybe(fc.constantFrom(...times)),
      to: maybe(fc.constantFrom(...times)),
      prefix: maybe(fc.constantFrom("Order-", "Order-1", "order", "wait-39", "wait-399", "1", "x")),
      text: maybe(fc.constantFrom("ORDER", "-1", "_", "%", "9", "wait-399", "order-9")),
      limit: fc.constantFrom(7, 100, 1000),
    });
    await fc.assert(
      fc.asyncProperty(query, async ({ limit, status, ...given }) => {
        const asked: Record<string, string | number> = { limit };
        for (const [key, value] of Object.entries({ ...given, status: status?.join(",") })) {
          if (value !== undefined) asked[key] = value;
        }
        const { workflow, from = 0, to = Infinity, prefix = "", text = "" } = given;
        const exact = given.text ?? given.prefix;
        const expected = all
          .filter((run) => (workflow ?? run.workflow) === run.workflow && status?.includes(run.status) !== false)
          .filter(({ createdAt }) => createdAt >= from && createdAt < to)
          .filter(({ id }) => id.startsWith(prefix) && id.toLowerCase().includes(text.toLowerCase()))
          .toSorted((a, b) => Number(b.id === exact) - Number(a.id === exact));
        expect(await list(asked)).toEqual(expected);
      }),
      {
        numRuns: 60,
        seed: seedFor("filters of the catalog"),
        examples: [[{ limit: 7, text: "wait-399" }], [{ limit: 1000, text: "%" }]] as never,
      },
    );
  });

  test("what existed throughout is listed once, whatever is created, deleted or changes meanwhile", async () => {
    const stable = new Set(
      all.filter(({ status }) => status !== "terminated").map(({ workflow, id }) => `${workflow} ${id}`),
    );
    let page = 0;
    const changing = ["wait-100", "wait-101", "wait-102", "wait-103", "wait-104", "wait-105"];
    const seen = await list({ limit: 150 }, async () => {
      const ids = numbered(`new-${page}-`, 20);
      await app.createMany(ids, "nothing");
      await app.call("deleteBatch", [numbered("wait-", 60).slice(page * 3, page * 3 + 3)]);
      const id = changing[page % changing.length];
      if (id !== undefined) await app.control(id, page < changing.length ? "pause" : "resume");
      page++;
    });
    const listed = seen.map(({ workflow, id }) => `${workflow} ${id}`);
    expect(new Set(listed).size).toBe(listed.length);
    const lost = [...stable].filter((run) => !listed.includes(run));
    expect(lost).toEqual([]);
    expect(page).toBeGreaterThan(12);
  });
});
