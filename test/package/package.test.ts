import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCli } from "../support/server.ts";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);
let folder = "";
let files: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pawl-package-"));
  // Built already; the tests of other files use dist/ meanwhile.
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: REPOSITORY,
  });
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  if (packed === undefined) throw new Error("npm packed nothing");
  files = packed.files.map(({ path }) => path);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "elsewhere", private: true }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", join(folder, packed.filename)], {
    cwd: folder,
  });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("the package has what runs, and neither tests nor sources of anything else", () => {
  expect(files).toEqual(
    expect.arrayContaining([
      "LICENSE",
      "README.md",
      "CHANGELOG.md",
      "package.json",
      "dist/agent/index.js",
      "dist/agent/index.d.ts",
      "dist/cli/main.js",
      "dist/compiler/index.js",
      "dist/engine/index.js",
      "dist/host/door/door.js",
      "dist/react/index.d.ts",
      "dist/react/index.js",
    ]),
  );
  expect(files.filter((path) => /\.test\.|^(?:test|bench|examples|src)\//.test(path))).toEqual([]);
});

test("installed in an empty folder elsewhere, pawl starts a project there", async () => {
  await writeFile(
    join(folder, "wrangler.jsonc"),
    JSON.stringify({
      name: "elsewhere",
      main: "worker.ts",
      compatibility_date: "2026-11-01",
      workflows: [{ binding: "SUM", name: "sum", class_name: "Sum" }],
    }),
  );
  await writeFile(
    join(folder, "worker.ts"),
    `import { WorkflowEntrypoint, type WorkflowStep } from "cloudflare:workers";
     export class Sum extends WorkflowEntrypoint {
       async run(_event: unknown, step: WorkflowStep) {
         return (await step.do("one", async () => 1)) + (await step.do("two", async () => 2));
       }
     }
     export default {
       async fetch(_request: Request, env: { SUM: Workflow }) {
         const run = await env.SUM.create();
         for (;;) {
           const status = await run.status();
           if (status.status !== "running") return Response.json(status);
         }
       },
     };`,
  );
  const server = await startCli(folder, { cli: join(folder, "node_modules/.bin/pawl") });
  try {
    expect(await (await fetch(server.url)).json()).toEqual({ status: "complete", output: 3 });
  } finally {
    await server.stop();
  }
});
