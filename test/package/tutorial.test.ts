import { execFile } from "node:child_process";
import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { REPOSITORY } from "../support/repository.ts";
import { Road } from "../support/road.ts";
import { startCli, temporaryDirectory } from "../support/server.ts";

// The tutorial, followed to the letter from the new project on. How one is made is the subject of create.test.ts.

const run = promisify(execFile);
const BIN = join(REPOSITORY, "node_modules/.bin");
const NOT_IN_A_NEW_PROJECT = new Set(["node_modules", "dist", ".pawl"]);

let project = "";
beforeAll(async () => {
  project = await temporaryDirectory("tutorial");
  await cp(join(REPOSITORY, "examples/starter"), project, {
    recursive: true,
    filter: (path) => !NOT_IN_A_NEW_PROJECT.has(basename(path)),
  });
  await symlink(join(REPOSITORY, "node_modules"), join(project, "node_modules"));
  await followTutorial();
});

async function followTutorial(): Promise<void> {
  const tutorial = await readFile(join(REPOSITORY, "docs/tutorial/live-job.md"), "utf8");
  const replaced = [...tutorial.matchAll(/`([\w./-]+\.ts)`(?:(?!```)[\s\S])*?```ts\n([\s\S]*?)```/g)];
  expect(replaced.map(([, path]) => path)).toEqual([
    "protocol/task.ts",
    "workers/agents/DurableWorkflow.ts",
    "test/workflow.test.ts",
  ]);
  for (const [, path = "", text = ""] of replaced) await writeFile(join(project, path), text);

  const page = join(project, "src/app.tsx");
  const app = /```tsx\n([\s\S]*?)```/.exec(tutorial)?.[1] ?? "";
  const [, before = "", after = ""] = /in the form below it, `(.+?)` with `(.+?)`/.exec(tutorial) ?? [];
  const old = await readFile(page, "utf8");
  expect(old).toContain(before);
  const changed = old.replace(/export function App\(\)[\s\S]*?\n\}\n/, () => app).replace(before, () => after);
  await writeFile(page, changed);
}

test("the project that it makes is clean, and its test passes", async () => {
  for (const part of ["worker", "page", "node"]) {
    await run(join(BIN, "tsc"), ["-p", `tsconfig.${part}.json`], { cwd: project });
  }
  const tested = await run(join(BIN, "vitest"), ["run"], { cwd: project, env: { ...process.env, NO_COLOR: "1" } });
  expect(tested.stdout).toContain("1 passed");
}, 180_000);

test("two people follow a job, one rejects it, one approves the next; the server is killed while it waits", async () => {
  const server = await startCli(project);
  const road = await Road.to(server.url);
  const browser = await launchBrowser();
  onTestFinished(async () => {
    await browser.close();
    await road.stop();
    await server.stop();
  });
  const complaints: string[] = [];
  const [ada, grace] = (await Promise.all(
    [0, 1].map(async () => {
      const page = await browser.newPage();
      page.setDefaultTimeout(60_000);
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(road.url);
      return page;
    }),
  )) as [Page, Page];
  const question = (page: Page) => page.getByRole("group", { name: "Pay 245 to 3 people?" });

  await ada.getByRole("button", { name: "Start" }).click();
  await question(grace).getByLabel("Reason").fill("Too much");
  await grace.getByRole("button", { name: "Reject" }).click();
  await ada.getByText("Failed: Too much").first().waitFor();

  await ada.getByRole("button", { name: "Start" }).click();
  await question(grace).waitFor();
  await server.kill9();
  await server.restart();
  road.lead(server.url);
  await question(ada).getByRole("button", { name: "Approve" }).click();
  for (const page of [ada, grace]) {
    await page.getByText("Complete", { exact: true }).first().waitFor();
    expect(await page.getByRole("listitem").allTextContents()).toEqual([
      "Ada: 120 ✓ paid",
      "Grace: 80 ✓ paid",
      "Lin: 45 ✓ paid",
    ]);
  }
  expect(complaints).toEqual([]);
}, 180_000);
