import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { sampleFile, startExample } from "./example-project.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 300_000);
afterAll(() => browser?.close());

test("an import in the page: watched, paused, resumed, approved, reported, and the same in a second browser", async () => {
  const server = await startExample();
  const first = await openPage(`${server.url}/w/brisk-otter-123`);
  const second = await openPage(`${server.url}/w/brisk-otter-123`);
  const page = first.page;
  const other = second.page;
  await page.getByText("Live", { exact: true }).waitFor();
  await other.getByText("Live", { exact: true }).waitFor();

  // A file dropped or chosen goes the same way; the sample is fetched by the page itself.
  await page.getByRole("button", { name: /Try the sample/ }).click();
  await phase(other, "check", "active").waitFor();
  await waitForChange(page, checked);
  await waitForChange(other, checked);

  await page.getByRole("button", { name: "Pause" }).click();
  await status(page, "Paused").waitFor();
  await status(other, "Paused").waitFor();
  // Another import of the same file and pace is the clock: one that only looked paused would move on with it.
  const clock = await openPage(`${server.url}/w/steady-clock-123`);
  await clock.page.getByRole("button", { name: /Try the sample/ }).click();
  await phase(clock.page, "check", "active").waitFor();
  // The step that was at work when it was paused has come to its end meanwhile.
  const held = await checked(page);
  for (let batch = 0; batch < 3; batch++) await waitForChange(clock.page, checked);
  await clock.page.context().close();
  expect(await checked(page)).toBe(held);
  expect(await checked(other)).toBe(held);

  // Each browser may do what the other began.
  await other.getByRole("button", { name: "Resume" }).click();
  await waitForChange(page, checked);

  await page.getByRole("heading", { name: /^Load the [\d,]+ good rows\?$/ }).waitFor({ timeout: 30_000 });
  await other.getByRole("button", { name: /^Load [\d,]+ rows$/ }).click();
  await phase(page, "load", "active").waitFor();
  await status(page, "Complete").waitFor({ timeout: 30_000 });
  await status(other, "Complete").waitFor();

  const sentence = await page.getByText(/rows loaded in/).innerText();
  expect(await other.getByText(/rows loaded in/).innerText()).toBe(sentence);
  const total = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "total", exact: true }) });
  await total.getByText("Mean").waitFor();

  await page.getByRole("tab", { name: /Loaded rows/ }).click();
  const firstRow = page.getByRole("row").nth(1);
  const before = await firstRow.innerText();
  expect(before).toContain("SO-100000");
  await page.getByRole("button", { name: "Next page" }).click();
  await expect.poll(() => firstRow.innerText()).not.toBe(before);

  await page.getByRole("tab", { name: /Rejected rows/ }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Rejected rows" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("orders-rejected.csv");
  const csv = await readFile(await file.path(), "utf8");
  expect(csv).toMatch(/^\uFEFFline,problems,order_id,/);
  expect(csv).toContain("“maybe” is not yes or no");

  expect([...first.complaints, ...second.complaints]).toEqual([]);
}, 120_000);

test("a chosen file, a cancelled import, and refusals in words", async () => {
  const server = await startExample();
  const { page, complaints } = await openPage(`${server.url}/`);
  await page.waitForURL(/\/w\/[a-z]+-[a-z]+-\d+$/);
  const chooser = page.getByLabel("CSV file");

  await chooser.setInputFiles({ name: "empty.csv", mimeType: "text/csv", buffer: Buffer.alloc(0) });
  await page.getByText("“empty.csv” is empty.").waitFor();
  await chooser.setInputFiles({ name: "header.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n") });
  await page.getByText("This file has a header and no rows below it.").waitFor();

  // Beside the box, where a browser would open the file and leave the page.
  expect(await dropFiles(page, ["a.csv", "b.csv"])).toBe(true);
  await page.getByText("One file is imported at a time. Drop a single one.").waitFor();
  expect(await dropFiles(page, ["dropped.csv"])).toBe(true);
  await page.getByRole("button", { name: /dropped\.csv/ }).waitFor();
  await page.getByText("One file is imported at a time.").waitFor({ state: "detached" });
  await page.getByText(/rows loaded in/).waitFor();

  await chooser.setInputFiles(sampleFile);
  await phase(page, "check", "active").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Yes, cancel it" }).click();
  await page.getByText("Cancelled. None of its rows were kept.").waitFor();
  await page.getByRole("tab", { name: /Loaded rows 0/ }).click();
  await page.getByText("A cancelled import keeps no rows.").waitFor();

  // The way stays free for the next one, and the history keeps both.
  await page.getByRole("button", { name: /Try the sample/ }).waitFor();
  await page.getByRole("button", { name: /header\.csv/ }).click();
  await page.getByText("You are looking at an earlier import.").waitFor();
  expect(complaints).toEqual([]);
}, 60_000);

async function openPage(url: string): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ acceptDownloads: true });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints };
}

/** Drops files on the page's header; true when the page has taken them from the browser. */
async function dropFiles(page: Page, names: readonly string[]): Promise<boolean> {
  const files = await page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    for (const name of all) transfer.items.add(new File(["id,n\n1,2\n2,3\n"], name, { type: "text/csv" }));
    return transfer;
  }, names);
  return page.locator("header").evaluate((header, dataTransfer) => {
    return !header.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, files);
}

function status(page: Page, words: string) {
  return page.getByRole("region", { name: "Import", exact: true }).getByTestId("status").filter({ hasText: words });
}

function phase(page: Page, name: string, mark: string) {
  return page.locator(`[data-phase=${name}][data-mark=${mark}]`);
}

async function checked(page: Page): Promise<string> {
  return page.getByTestId("checked").innerText();
}

async function waitForChange(page: Page, read: (page: Page) => Promise<string>): Promise<void> {
  const before = await read(page);
  await expect.poll(() => read(page), { timeout: 10_000 }).not.toBe(before);
}
