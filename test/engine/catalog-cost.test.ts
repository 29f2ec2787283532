import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { EngineApp } from "./app.ts";

const SHARDS = 8;
const PAGE = 50;
const FEW = 2000;
const MANY = 20_000;
/** A search looks at 10,000 runs an answer, and reads ahead in each shard. */
const SEARCH = 12_500;

interface Page {
  runs: { id: string; status: string }[];
  next: string | null;
  rowsRead: number;
}

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start();
});
afterAll(async () => {
  await app.stop();
});

async function fill(from: number, to: number): Promise<void> {
  const ids = Array.from({ length: to - from }, (_, i) => `run-${String(from + i).padStart(6, "0")}`);
  await app.createMany(ids, "nothing");
  const isDone = async (): Promise<void> => {
    const { workflows } = await app.door.read<{ workflows: { counts: Record<string, number> }[] }>("/workflows");
    expect(workflows[0]?.counts["complete"]).toBe(to);
  };
  await vi.waitFor(isDone, { timeout: 100_000, interval: 200 });
}

/** Rows that the first pages of these listings read, the third one where there are so many. */
async function costs(): Promise<Record<string, number>> {
  const read: Record<string, number> = {};
  for (const query of ["", "workflow=programs", "status=complete", "from=1", "prefix=run-0000"]) {
    const listed: number[] = [];
    let next: string | null = null;
    for (let page = 0; page < 3; page++) {
      const cursor: string = next === null ? "" : `&cursor=${next}`;
      const answer: Page = await app.door.read<Page>(`/runs?${query}&limit=${PAGE}${cursor}`);
      expect(answer.runs).toHaveLength(page < 2 ? PAGE : answer.runs.length);
      listed.push(answer.rowsRead);
      ({ next } = answer);
      if (next === null) break;
    }
    read[query] = Math.max(...listed);
  }
  return read;
}

test("a page costs in proportion to the page, not to the number of runs", { timeout: 240_000 }, async () => {
  await fill(0, FEW);
  const few = await costs();
  await fill(FEW, MANY);
  const many = await costs();
  // Each shard reads a page of its own: places in the index, and the runs; one more to know whether there are more.
  const most = SHARDS * (2 * PAGE + 20);
  const tooMany = Object.entries(many).filter(([query, rows]) => rows > most || rows > (few[query] ?? 0) * 1.2);
  expect(tooMany).toEqual([]);
  // An id among them all is on the first page.
  const byPrefix = await app.door.read<Page>("/runs?prefix=run-000007&limit=1");
  expect(byPrefix.runs.map(({ id }) => id)).toEqual(["run-000007"]);
  expect(byPrefix.rowsRead).toBeLessThanOrEqual(SHARDS * 12);
  const byText = await app.door.read<Page>("/runs?text=run-000007&limit=1");
  expect(byText.runs.map(({ id }) => id)).toEqual(["run-000007"]);
  expect(byText.rowsRead).toBeLessThanOrEqual(SEARCH);
  // A search that finds nothing looks at so many runs an answer, and says where to go on.
  const search = await app.door.read<Page>("/runs?text=nothing-has-this&limit=50");
  expect(search.runs).toEqual([]);
  expect(search.next).not.toBeNull();
  expect(search.rowsRead).toBeLessThanOrEqual(SEARCH);
  const rest = await app.door.readAll("/runs?text=nothing-has-this&limit=50", "runs", { cursor: "cursor" });
  expect(rest).toEqual([]);
  const wanted = "run-000004";
  const found = await app.door.readAll<{ id: string }>("/runs?text=000004", "runs", { cursor: "cursor" });
  expect(found.map(({ id }) => id)).toEqual([wanted]);
});
