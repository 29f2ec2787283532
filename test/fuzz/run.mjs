// npm run fuzz -- --minutes N --seed S: the fuzzer for longer than a build has time for.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, seed: { type: "string", default: "random" } },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes is a number above 0, not "${values.minutes}".`);
const seed = values.seed === "random" ? String(Math.floor(Math.random() * 2 ** 31)) : values.seed;
process.stdout.write(`Fuzzing for about ${minutes} minutes; the same again: --seed ${seed}\n`);

const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, "run", "--project", "system", "test/fuzz"], {
  cwd: fileURLToPath(new URL("../..", import.meta.url)),
  stdio: "inherit",
  // One file after the other, so that each has the machine to itself.
  env: { ...process.env, PAWL_FUZZ_MINUTES: String(minutes), PAWL_SEED: seed, VITEST_MAX_WORKERS: "1" },
});
process.exitCode = status ?? 1;
