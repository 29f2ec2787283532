import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { type Difference, KINDS, readDifferences, writeDifferences } from "./difference.ts";
import { DOCUMENT, documentOf } from "./document.ts";
import { judge, type Observed, record, type Verdict } from "./judge.ts";
import { observe } from "./observe.ts";
import { reportOf } from "./report.ts";

/** `npm run conformance:record`: the table and the document are brought up to what is seen. */
const RECORDS = process.env["CONFORMANCE"] === "record";
const TIME_MS = 300_000;

let differences: Difference[];
let observed: Observed;
let verdict: Verdict;

beforeAll(async () => {
  differences = await readDifferences();
  observed = await observe(differences);
  verdict = judge(observed, differences);
  if (RECORDS) {
    differences = record(verdict, differences);
    await writeDifferences(differences);
    verdict = judge(observed, differences);
    await writeFile(DOCUMENT, documentOf(differences, observed.programs.length));
  }
  process.stdout.write(`\n${reportOf(verdict)}\n\n`);
}, TIME_MS);

describe("Pawl beside Cloudflare's engine", () => {
  test("every difference is listed, with what both do", () => {
    expect(verdict.unlisted.map(({ program, path }) => `${program} ${path}`)).toEqual([]);
  });

  test("every listed difference is still there", () => {
    expect(verdict.stale).toEqual([]);
  });

  test("where Cloudflare's engines disagree, wrangler dev does as Pawl does", () => {
    expect(verdict.unwitnessed.map(({ program, path }) => `${program} ${path}`)).toEqual([]);
  });

  test("a replay between any two steps changes no outcome", () => {
    expect(verdict.replay.map(({ program, path }) => `${program} ${path}`)).toEqual([]);
  });

  test("no program runs out of time on Pawl", () => {
    const late = [...observed.pawl].filter(([, { result }]) => JSON.stringify(result).includes("took longer than"));
    expect(late.map(([name]) => name)).toEqual([]);
  });
});

describe("the table of differences", () => {
  test("every row says what both do and why", () => {
    for (const row of differences) {
      expect(KINDS).toContain(row.kind);
      for (const text of [row.topic, row.cloudflare, row.pawl, row.why])
        expect(`${row.topic}: ${text}`).not.toMatch(/: $/);
    }
  });

  test("docs/reference/differences.md is made from it", async () => {
    expect(await readFile(DOCUMENT, "utf8")).toBe(documentOf(differences, observed.programs.length));
  });
});

describe("the programs", () => {
  test("cover every section that speaks of the programming interface", () => {
    const sections = new Set(observed.programs.map(({ section }) => section));
    expect([...sections]).toEqual(expect.arrayContaining(SECTIONS));
  });
});

const SECTIONS = (
  "3 3.1 3.2 3.3 3.4 3.5 4.1 4.2 4.3 4.4 4.5 4.6 4.7 4.8 4.9 5.1 5.2 " +
  "6.1 6.2 6.3 6.4 6.5 6.6 6.7 6.8 6.9 6.10 6.11 6.12 6.13 6.14 7.1 7.2 7.3 8 9 15"
).split(" ");
