import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/server.ts";

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));

test("the guide's test runs as it stands there, on the guide's workflow", async () => {
  const guide = await readFile(join(REPOSITORY, "docs/guides/testing.md"), "utf8");
  const [worker, spec] = ["ts", "js"].map((language) => {
    const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1];
    if (found === undefined) throw new Error(`there is no block of ${language}`);
    return found;
  });
  const project = await temporaryDirectory("guide");
  const files = {
    "wrangler.jsonc": JSON.stringify({
      name: "orders",
      main: "worker.ts",
      compatibility_date: "2026-11-01",
      vars: { BANK: "https://bank.invalid" },
      workflows: [{ binding: "ORDERS", name: "orders", class_name: "Orders" }],
    }),
    "worker.ts": worker ?? "",
    "orders.test.js": spec ?? "",
    "vitest.config.js": "export default { test: { testTimeout: 60_000 } };",
    "package.json": JSON.stringify({ name: "orders", type: "module" }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(project, name), text);
  await mkdir(join(project, "node_modules"));
  await symlink(REPOSITORY, join(project, "node_modules/pawl"));
  await symlink(join(REPOSITORY, "node_modules/vitest"), join(project, "node_modules/vitest"));
  const { stdout } = await run(process.execPath, [join(REPOSITORY, "node_modules/vitest/vitest.mjs"), "run"], {
    cwd: project,
    env: { ...process.env, NO_COLOR: "1" },
  });
  expect(stdout).toContain("1 passed");
});
