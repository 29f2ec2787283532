import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { ImportClient } from "./import-client.ts";
import { sampleFile, startExample } from "./example-project.ts";

const kills = 10;
/** Lines that the agent logs on the way of one import of the sample: pieces read, batches checked, batches loaded. */
const progressLines = 4 + 25 + 25;

test(
  `no row is lost or loaded twice when the server is killed ${kills} times on the way`,
  { timeout: 300_000 },
  async () => {
    const seed = Number(process.env["PAWL_SEED"] ?? Date.now() % 2 ** 31);
    console.log(`PAWL_SEED=${seed}`);
    const random = randomFrom(seed);
    const moments = new Set<number>();
    while (moments.size < kills) moments.add(1 + Math.floor(random() * (progressLines - 2)));

    const server = await startExample();
    const client = new ImportClient(() => server.url, "killed");
    const about = (line: { message: string }) => line.message.includes('import 1 of "killed"');
    const progress = () =>
      server.log().filter((line) => about(line) && /read piece|checked|loaded \d/.test(line.message));
    const distinct = () => new Set(progress().map((line) => line.message)).size;

    const id = await client.upload(sampleFile, { pace: "steady", askAbovePercent: 25 });
    await client.start(id);
    // From here to the end of the import nobody sends the application anything: what happens, it does by itself.
    for (const moment of [...moments].toSorted((a, b) => a - b)) {
      await server.logged(() => distinct() >= moment, 60_000);
      // Anywhere between this batch and the next but one: in the rest, in a step, in a commit.
      await delay(random() * 500);
      await server.kill9();
      await server.restart();
    }
    const ended = await server.logged((line) => about(line) && line.message.includes("rows loaded"), 60_000);
    expect(ended.message).toContain("complete:");

    const loaded = await client.loaded(id);
    const rejected = await client.rejected(id);
    const numbers = [...loaded, ...rejected].map((row) => row.n).toSorted((a, b) => a - b);
    const { rows } = await client.view(id);
    expect(numbers).toEqual(Array.from({ length: rows.found }, (_, n) => n));
    expect(rows).toMatchObject({
      checked: rows.found,
      good: loaded.length,
      loaded: loaded.length,
      bad: rejected.length,
    });

    // The same file without a kill gives the same rows.
    const calm = new ImportClient(() => server.url, "calm");
    const calmId = await calm.upload(sampleFile, { pace: "full", askAbovePercent: 25 });
    await calm.start(calmId);
    await server.logged((line) => line.message.includes('of "calm": complete'));
    expect(loaded).toEqual(await calm.loaded(calmId));
    expect(rejected).toEqual(await calm.rejected(calmId));
  },
);

test("an import whose start is cut off by a kill begins after the restart, once", async () => {
  const server = await startExample();
  const client = new ImportClient(() => server.url, "early");
  const id = await client.upload(sampleFile, { pace: "full", askAbovePercent: 25 });
  // The line stands before the start is on record. Whether the kill comes before or behind that is chance, so the start is
  // asked for again, as the page does when it gets no answer.
  const started = client.start(id).catch(() => undefined);
  await server.logged((line) => line.message.includes('of "early": received'));
  await server.kill9();
  await started;
  await server.restart();
  await client.start(id);
  await server.logged((line) => line.message.includes('import 1 of "early": complete'), 60_000);
  expect(await client.view(id)).toMatchObject({ status: "complete", number: 1 });
  expect(await (await client.fetch("/runs")).json()).toMatchObject({ total: 1 });
});

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
