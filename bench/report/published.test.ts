import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { BenchRecord } from "../record.ts";
import { CHARTS, pageOf } from "./page.ts";
import { curve } from "./svg.ts";

// The figures of the documentation are those of one recorded run, and nobody has touched them since.

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const text = (path: string): Promise<string> => readFile(at(path), "utf8");

/** Tables are laid out by the formatter. */
const bare = (page: string): string => page.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");

const published = JSON.parse(await text("bench/published.json")) as BenchRecord;

test("the page is what the record gives", async () => {
  expect(bare(await text("docs/explanation/performance.md"))).toBe(bare(pageOf(published)));
});

test.each(Object.entries(CHARTS))("the chart of %s is what the record gives", async (work, { file, ...words }) => {
  const points = published.results.filter((result) => result.work === work && result.subject === "pawl");
  expect(points.length).toBeGreaterThan(2);
  expect(await text(`docs/images/${file}`)).toBe(curve(points, words));
});

test("the record is of a whole run, with repetitions", () => {
  expect(published.facts).toMatchObject({ quick: false });
  expect(published.facts.repetitions).toBeGreaterThanOrEqual(3);
});
