import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";
import { expect, onTestFinished, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { REPOSITORY } from "../support/repository.ts";
import { startCli, tempProject } from "../support/server.ts";
import { PATIENCE_MS } from "./react-app.ts";

/** The first block of code in a language. */
function block(text: string, language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1];
  if (found === undefined) throw new Error(`there is no block of ${language}`);
  return found;
}

test("the application of the guide is built by Vite without configuration, and does what its text says", async () => {
  const guide = await readFile(join(REPOSITORY, "docs/guides/react.md"), "utf8");
  const project = await tempProject({
    "wrangler.jsonc": block(guide, "jsonc"),
    "worker.ts": block(guide, "ts"),
    "page.tsx": block(guide, "tsx"),
    "index.html": '<!doctype html><div id="root"></div><script type="module" src="/page.tsx"></script>',
  });
  await build({ root: project, logLevel: "warn" });
  const server = await startCli(project);
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());

  const pages = await Promise.all([1, 2].map(() => browser.newPage()));
  const complaints: string[] = [];
  for (const page of pages) {
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(server.url);
  }
  const [first, second] = pages;
  await first?.getByRole("button", { name: "Import" }).click();
  const question = second?.getByRole("group", { name: "Load the good rows?" });
  await question?.getByText("10 of 30 rows are faulty.").waitFor();
  await first?.locator("[role=progressbar][aria-valuenow='80']").waitFor({ state: "attached" });
  await question?.getByRole("button", { name: "Approve" }).click();
  await first?.getByText("Done.").waitFor();
  expect(await first?.getByRole("listitem").allTextContents()).toEqual(["Check, done", "Load, done"]);
  expect(complaints).toEqual([]);
}, 120_000);
