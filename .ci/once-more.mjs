// Runs the few test files that have failed once more, each on a machine that does nothing else: what fails again is
// broken, what does not hangs on a moment and is named at the end. Much that fails is not a matter of moments.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const MOST_FILES = 3;

const failed = failedFiles(process.argv[2]);
if (failed.length === 0) fail("No test file has failed: something before the tests has.");
if (failed.length > MOST_FILES) fail(`${failed.length} test files have failed.`);

for (const file of failed) {
  console.error(`\nOnce more, alone: ${file}`);
  const { status } = spawnSync("npx", ["vitest", "run", file], {
    stdio: "inherit",
    env: { ...process.env, PAWL_TEST_BUILT: "1", PAWL_TEST_REPORT: "" },
  });
  if (status !== 0) fail(`${file} has failed twice.`);
}
console.error(`\nFailed at first and passed alone, which wants to be looked into:\n  ${failed.join("\n  ")}`);

function failedFiles(report) {
  let text = "";
  try {
    text = readFileSync(report, "utf8");
  } catch {
    return [];
  }
  if (text === "") return [];
  return JSON.parse(text)
    .testResults.filter(({ status }) => status !== "passed")
    .map(({ name }) => relative(process.cwd(), name));
}

function fail(why) {
  console.error(`\n${why}`);
  process.exit(1);
}
