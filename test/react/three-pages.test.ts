import { expect, test, vi } from "vitest";
import type { Part } from "../fixtures/gateway-app/program.ts";
import { type AppPage, PATIENCE_MS, reactApp } from "./react-app.ts";

const app = reactApp();

/** So many steps, each of which reports once. */
function steps(from: number, to: number): Part[] {
  return Array.from({ length: to - from }, (_, n) => ({
    step: `row ${from + n}`,
    deeds: [
      { report: "updateStep", args: [`Checking ${from + n}`, from + n] },
      { report: "addResult", args: [`row ${from + n}`] },
    ],
  }));
}

async function threePages(name: string): Promise<AppPage[]> {
  const pages = await Promise.all([1, 2, 3].map(() => app.open({ name })));
  await Promise.all(pages.map((page) => page.has("connection", "live")));
  return pages;
}

/** Waits until all pages know the same, and it is what is expected. */
async function allShow(pages: readonly AppPage[], status: string): Promise<void> {
  await Promise.all(pages.map((page) => page.has("status", status)));
  await vi.waitFor(
    async () => {
      const [first, ...others] = await Promise.all(pages.map((page) => page.state()));
      expect(others).toEqual(others.map(() => first));
    },
    { timeout: PATIENCE_MS, interval: 50 },
  );
}

test("three pages on one agent, killed with -9 in the middle: all come to the same end without a reload", async () => {
  const pages = await threePages("killed");
  const [first, second, third] = pages as [AppPage, AppPage, AppPage];
  const rest: Part = { sleepMs: 300 };
  await first.start([
    ...steps(0, 10),
    rest,
    ...steps(10, 20),
    rest,
    ...steps(20, 30),
    { approval: true },
    ...steps(30, 40),
  ]);
  await second.has("status", "running");
  // Somewhere on the way, and another time when it waits.
  await expect.poll(() => third.results(), { timeout: PATIENCE_MS }).toContain("row 9");
  await app.server.kill9();
  await Promise.all(pages.map((page) => page.has("connection", "reconnecting")));
  expect(await third.text("status")).toBe("running");
  await app.server.restart();
  app.road.lead(app.server.url);
  await Promise.all(pages.map((page) => page.has("connection", "live")));

  for (const page of pages) await page.page.getByRole("group", { name: "Load the rows?" }).waitFor();
  await app.server.kill9();
  await app.server.restart();
  app.road.lead(app.server.url);
  await Promise.all(pages.map((page) => page.has("connection", "live")));

  // One answers, and nobody is asked any more.
  await second.press("Approve");
  for (const page of pages)
    await page.page.getByRole("group", { name: "Load the rows?" }).waitFor({ state: "detached" });
  await allShow(pages, "complete");
  expect(await third.results()).toEqual(Array.from({ length: 40 }, (_, n) => `row ${n}`));

  for (const page of pages) {
    const seen = await page.page.evaluate(() => window.seen);
    const since = seen.slice(seen.findIndex(({ runId }) => runId !== null));
    // Not a moment without the run, and nothing that was there goes away again.
    expect(since.filter(({ runId, status }) => runId === null || status === null)).toEqual([]);
    expect(since.map(({ results }) => results)).toEqual(since.map(({ results }) => results).toSorted((a, b) => a - b));
    expect(since.map(({ progress }) => progress)).toEqual(
      since.map(({ progress }) => progress).toSorted((a, b) => a - b),
    );
    expect(page.complaints).toEqual([]);
  }
});

test("what one page does to a run shows in the others", async () => {
  const pages = await threePages("shared");
  const [first, second, third] = pages as [AppPage, AppPage, AppPage];
  await first.start([
    { wait: "until it may go", event: "go" },
    { wait: "for ever", event: "never" },
  ]);
  await allShow(pages, "running");
  await second.press("Pause");
  await allShow(pages, "paused");
  await third.press("Resume");
  await allShow(pages, "running");
  await third.press("Go");
  for (const page of pages) await page.has("glance", "1: running");
  await expect
    .poll(() => first.page.evaluate(() => window.workflow.run?.waitingFor.map(({ event }) => event)), {
      timeout: PATIENCE_MS,
    })
    .toEqual(["never"]);
  await second.press("Cancel");
  // A cancelled run is still the one that was started last.
  await allShow(pages, "cancelled");
  await first.press("Restart");
  await allShow(pages, "running");
  await first.start([]);
  await allShow(pages, "complete");
  for (const page of pages) await page.has("glance", "2: complete running");
  await second.press("Remove");
  for (const page of pages) await page.has("glance", "1: running");
});

test("an approval in one page shows in all within a second", async () => {
  const pages = await threePages("at-once");
  const [first, second] = pages as [AppPage, AppPage];
  const rounds = 5;
  const approved = (round: number): Part => ({
    step: `after ${round}`,
    deeds: [{ report: "addResult", args: [`approved ${round}`] }],
  });
  await first.start(Array.from({ length: rounds }, (_, round): Part[] => [{ approval: true }, approved(round)]).flat());

  const tookMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const { page } of pages) await page.locator("[data-part=approve][aria-disabled=false]").waitFor();
    const shownAt = pages.map(({ page }) => page.evaluate(whenShown, `approved ${round}`));
    const answeredAt = await second.page.evaluate(() => {
      document.querySelector<HTMLButtonElement>("[data-part=approve]")?.click();
      return Date.now();
    });
    tookMs.push(Math.max(...(await Promise.all(shownAt))) - answeredAt);
  }
  await allShow(pages, "complete");
  // The quickest of them: a machine that is busy with other things says nothing about this one.
  expect(Math.min(...tookMs)).toBeLessThan(1000);
});

/** In the page: the time at which a text has come into it. */
function whenShown(text: string): Promise<number> {
  return new Promise((resolve) => {
    const observer = new MutationObserver(look);
    function look(): void {
      if (!document.body.innerText.includes(text)) return;
      observer.disconnect();
      resolve(Date.now());
    }
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  });
}
