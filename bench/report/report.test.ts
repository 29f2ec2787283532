import { describe, expect, test } from "vitest";
import type { BenchRecord, Result } from "../record.ts";
import { figuresOf } from "./json.ts";
import { show } from "./numbers.ts";
import { pageOf } from "./page.ts";
import { curve } from "./svg.ts";
import { reportOf } from "./table.ts";
import { judge } from "./targets.ts";

function result(work: string, subject: string, value: number, more: Partial<Result> = {}): Result {
  const metric = more.metric ?? "steps";
  return { work, subject, metric, unit: "1/s", value, min: value * 0.9, max: value * 1.1, better: "more", ...more };
}

function recordOf(...results: Result[]): BenchRecord {
  const names = [...new Set(results.map(({ subject }) => subject))];
  return {
    facts: {
      date: "2026-01-02",
      machine: "a machine",
      disk: "a disk",
      node: "20.0.0",
      repetitions: 3,
      quick: false,
      subjects: names.map((name) => ({ name, title: `The ${name}`, version: "1.0", durability: "everything" })),
    },
    results,
    missing: [{ work: "all", subject: "dbos", why: "no PostgreSQL" }],
  };
}

function points(work: string, values: Readonly<Record<number, number>>): Result[] {
  return Object.entries(values).map(([at, value]) =>
    result(work, "pawl", value, { metric: `at ${at}`, unit: "µs", better: "less", at: Number(at) }),
  );
}

describe("numbers have three digits", () => {
  test.each([
    [0.012345, "0.0123"],
    [4.561, "4.56"],
    [78.94, "78.9"],
    [12_345, "12,300"],
    [0, "0"],
  ])("%d is %s", (value, text) => {
    expect(show(value)).toBe(text);
  });
});

describe("what is asked", () => {
  test.each([
    [50, true],
    [49.9, false],
  ])("50 times the steps of Cloudflare's engine; %d times are met: %s", (times, isMet) => {
    const record = recordOf(result("100x100", "pawl", times * 400), result("100x100", "workerd", 400));
    expect(judge(record).map((verdict) => verdict.isMet)).toEqual([isMet]);
  });

  test.each([
    [{ 10: 9, 100: 5, 1000: 5, 10_000: 6 }, true],
    [{ 10: 9, 100: 5, 1000: 5, 10_000: 8 }, false],
  ])("the curve %j does not bend up: %s", (curve, isMet) => {
    expect(judge(recordOf(...points("growth-steps", curve))).map((verdict) => verdict.isMet)).toEqual([isMet]);
  });

  test("what was not measured is not judged", () => {
    expect(judge(recordOf(result("100x100", "pawl", 1)))).toEqual([]);
  });
});

describe("the table", () => {
  const record = recordOf(
    result("100x100", "pawl", 40_000, { share: 0.256, limit: "limit-inserts: inserts" }),
    result("100x100", "workerd", 400, { note: "20 × 100" }),
  );

  test("has a line for each metric, with each subject, the range and the share of the limit", () => {
    expect(reportOf(record)).toMatch(/100x100 +steps +1\/s +40,000 \[36,000 – 44,000\] +400\* \[360 – 440\] +26 %/);
  });

  test("says what a smaller size was, and what could not be measured", () => {
    expect(reportOf(record)).toContain("* 100x100 on workerd: 20 × 100");
    expect(reportOf(record)).toContain("all on dbos: no PostgreSQL");
  });

  test("figures of a quick run are not judged", () => {
    const quick = { ...record, facts: { ...record.facts, quick: true } };
    expect(reportOf(record)).toContain("What is asked of Pawl");
    expect(reportOf(quick)).not.toContain("What is asked of Pawl");
  });
});

test("figures as JSON have what they are promised to have, and no more", () => {
  const [figure] = figuresOf(recordOf(result("100x100", "pawl", 1, { share: 0.5, note: "small", at: 3 })));
  expect(figure).toEqual({
    work: "100x100",
    subject: "pawl",
    metric: "steps",
    unit: "1/s",
    value: 1,
    min: 0.9,
    max: 1.1,
  });
});

describe("a chart", () => {
  const text = { title: "Time & steps", across: "steps" };

  test("draws higher what takes longer, from 0 up", () => {
    const svg = curve(points("growth-steps", { 10: 10, 100: 20, 1000: 10 }), text);
    const heights = [...svg.matchAll(/<circle class="point" cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));
    expect(heights).toHaveLength(3);
    expect(heights[1]).toBeLessThan(heights[0] ?? 0);
    expect(heights[2]).toBe(heights[0]);
  });

  test("says in words what it shows", () => {
    const svg = curve(points("growth-steps", { 10: 1.5, 1000: 2 }), text);
    expect(svg).toContain('<title id="title">Time &amp; steps</title>');
    expect(svg).toContain('<desc id="desc">10: 1.5 µs; 1,000: 2 µs</desc>');
  });

  test("is not drawn of nothing", () => {
    expect(() => curve([], text)).toThrow('Nothing was measured for the chart "Time & steps"');
  });
});

test("the page names its conditions and shows the figures", () => {
  const page = pageOf(recordOf(result("100x100", "pawl", 40_000), result("100x100", "workerd", 400)));
  expect(page).toContain("2026-01-02, a machine, data on a disk, node 20.0.0. Medians of 3 repetitions");
  expect(page).toContain("| 100 runs × 100 steps | steps, 1/s | 40,000<br><small>36,000 – 44,000</small> |");
  expect(page).toContain("| steps/s of workerd, 100x100 | 100 × | at least 50 × | met |");
});
