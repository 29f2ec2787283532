import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { REPOSITORY } from "../support/repository.ts";
import { temporaryDirectory } from "../support/server.ts";

const run = promisify(execFile);
const TSC = join(REPOSITORY, "node_modules", "typescript", "bin", "tsc");
const BENCH = join(REPOSITORY, "dist", "bench", "main.js");

test("the benchmark measures a work on every engine for Workers and writes its figures", async () => {
  await run(process.execPath, [TSC, "-p", join(REPOSITORY, "bench")]);
  const file = join(await temporaryDirectory("bench"), "figures.json");

  const { stdout } = await run(process.execPath, [BENCH, "--quick", "--only", "100x100", "--json", file]);

  const figures = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>[];
  const steps = figures.filter(({ work }) => work === "100x100");
  expect(steps.map(({ subject }) => subject)).toEqual(["pawl", "workerd", "miniflare"]);
  for (const figure of figures) {
    expect(Object.keys(figure)).toEqual(["work", "subject", "metric", "unit", "value", "min", "max"]);
    for (const value of [figure["value"], figure["min"], figure["max"]]) {
      expect(value).toSatisfy((number: number) => Number.isFinite(number) && number > 0);
    }
  }
  expect(stdout).toContain("These figures mean nothing");
  expect(stdout).not.toContain("Not measured");
});

test("a work that there is not is refused by name", async () => {
  await run(process.execPath, [TSC, "-p", join(REPOSITORY, "bench")]);
  const refused = run(process.execPath, [BENCH, "--only", "10x10"]);
  await expect(refused).rejects.toThrow('There is no work "10x10"');
});
