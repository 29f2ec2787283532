import { expect, test } from "vitest";
import { PATIENCE_MS, reactApp } from "./react-app.ts";

const app = reactApp();

test("who does not see the page is told what a run does: roles, names, values, and changes", async () => {
  const { page, ...on } = await app.open({ name: "roles" });
  const start = async () => {
    await page.getByTestId("connection").filter({ hasText: "live" }).waitFor();
  };
  await start();
  await page.evaluate(() =>
    window.workflow.start({
      program: [
        { step: "a", deeds: [{ report: "updateStep", args: ["Read", 10] }] },
        { step: "b", deeds: [{ report: "updateStep", args: ["Checking rows", 42.4] }] },
        { wait: "until it may go", event: "go" },
        { throw: "The disk is full." },
      ],
    }),
  );
  const bar = page.getByRole("progressbar", { name: "Import" });
  await expect.poll(() => bar.ariaSnapshot(), { timeout: PATIENCE_MS }).toContain("progressbar");
  await expect.poll(() => bar.getAttribute("aria-valuenow"), { timeout: PATIENCE_MS }).toBe("42");
  await expect.poll(() => bar.getAttribute("aria-valuetext"), { timeout: PATIENCE_MS }).toBe("42%, Waiting for go");
  const said = page.getByRole("status").filter({ hasText: "Waiting for go" });
  await said.waitFor({ state: "attached" });

  const steps = page.getByRole("list", { name: "Steps" }).getByRole("listitem");
  expect(await steps.allTextContents()).toEqual(["Read, done", "Check, waiting", "Load, to come"]);
  expect(await steps.nth(1).getAttribute("aria-current")).toBe("step");
  await page.getByRole("button", { name: "Go", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "Failed: The disk is full." }).waitFor({ state: "attached" });
  expect(await steps.nth(1).textContent()).toBe("Check, failed");
  expect(on.complaints).toEqual([]);
});

test("an approval is given by keyboard alone, and the focus stays where it was", async () => {
  const { page } = await app.open({ name: "keyboard", strict: true });
  await page.getByTestId("connection").filter({ hasText: "live" }).waitFor();
  await page.evaluate(() => window.workflow.start({ program: [{ approval: true }] }));
  const question = page.getByRole("group", { name: "Load the rows?" });
  await question.waitFor();
  await page.getByRole("status").filter({ hasText: "Your approval is needed." }).waitFor({ state: "attached" });
  // It takes the focus from nobody.
  expect(await question.locator(":focus").count()).toBe(0);

  const approve = question.getByRole("button", { name: "Approve" });
  expect(await approve.evaluate(describedBy)).toBe("Three rows are faulty.");
  await page.getByRole("button", { name: "Another agent" }).focus();
  await page.keyboard.press("Tab");
  expect(await question.getByRole("textbox", { name: "Reason" }).evaluate(isFocused)).toBe(true);
  await page.keyboard.type("Few enough.");
  // Enter in the field is not an answer.
  await page.keyboard.press("Enter");
  expect(await question.isVisible()).toBe(true);
  await page.keyboard.press("Tab");
  expect(await approve.evaluate(isFocused)).toBe(true);
  await page.keyboard.press("Space");
  await question.waitFor({ state: "detached" });
  await page.getByRole("status").filter({ hasText: "Approved." }).waitFor({ state: "attached" });
  // What had the focus is gone; the next Tab goes on from there and not from the top of the page.
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-open")), { timeout: PATIENCE_MS })
    .toBe("false");
  await page.keyboard.press("Tab");
  expect(await page.getByRole("button", { name: "Pause" }).evaluate(isFocused)).toBe(true);
  await page.getByTestId("status").filter({ hasText: "complete" }).waitFor();
});

test("an answer that is refused says why beside the buttons, which keep the focus", async () => {
  const [able, { page }] = await Promise.all([
    app.open({ name: "refused" }),
    app.open({ name: "refused", may: "read" }),
  ]);
  await able.has("connection", "live");
  await able.start([{ approval: true }]);
  const reject = page.getByRole("button", { name: "Reject" });
  await reject.focus();
  await page.keyboard.press("Enter");
  const question = page.getByRole("group", { name: "Load the rows?" });
  const refusal = question.getByRole("alert");
  await refusal.filter({ hasText: "You are not allowed to do this (reject)." }).waitFor();
  expect(await reject.evaluate(isFocused)).toBe(true);
  expect(await reject.evaluate(describedBy)).toBe("Three rows are faulty. You are not allowed to do this (reject).");
  expect(await page.getByTestId("error").textContent()).toBe(
    "reject: forbidden: You are not allowed to do this (reject).",
  );
  // Who may, answers; the question and its error go.
  await able.press("Reject");
  await question.waitFor({ state: "detached" });
  await page.getByRole("status").filter({ hasText: "No approval is needed any more." }).waitFor({ state: "attached" });
});

test("while an answer is under way there is no second one", async () => {
  const { page } = await app.open({ name: "slow" });
  await page.getByTestId("connection").filter({ hasText: "live" }).waitFor();
  await page.evaluate(() => window.workflow.start({ program: [{ approval: true }] }));
  const approve = page.getByRole("button", { name: "Approve" });
  await approve.waitFor();
  app.road.close();
  app.road.cut();
  await page.getByTestId("connection").filter({ hasText: "reconnecting" }).waitFor();
  await approve.click();
  await page.getByRole("button", { name: "Approve", disabled: true }).waitFor();
  await page.getByRole("button", { name: "Reject", disabled: true }).waitFor();
  expect(await page.getByRole("group", { name: "Load the rows?" }).getAttribute("aria-busy")).toBe("true");
  await approve.click({ force: true });
  app.road.open();
  await page.getByTestId("status").filter({ hasText: "complete" }).waitFor();
  expect(await page.getByTestId("error").count()).toBe(0);
});

test("results are shown page by page, the newest first of all, and an old run is found by its id", async () => {
  const results = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ report: "addResult" as const, args: [`r${n}`] as [unknown] }));
  const page = await app.open({ name: "pages", agent: "Closet", watched: "old" });
  await page.has("watched", /^missing/);
  await page.has("connection", "live");
  await page.start([{ step: "all", deeds: results(70) }], "old");
  await page.has("status", "complete");
  await page.has("watched", "found complete 3/70");
  expect(await page.results()).toEqual(["r67", "r68", "r69"]);
  await page.press("Earlier results");
  await expect.poll(() => page.results(), { timeout: PATIENCE_MS }).toHaveLength(33);
  await page.press("Earlier results");
  await page.press("Earlier results");
  await page.page.getByRole("button", { name: "Earlier results" }).waitFor({ state: "detached" });
  expect(await page.results()).toEqual(results(70).map(({ args: [result] }) => result));

  // This agent shows two runs; the one before them is asked for.
  await page.start([], "newer");
  await page.has("status", "complete");
  await page.has("glance", /^2: /);
  await page.has("watched", "found complete 70/70");
});

function isFocused(element: Element): boolean {
  return element === document.activeElement;
}

function describedBy(element: Element): string {
  const ids = element.getAttribute("aria-describedby")?.split(" ") ?? [];
  return ids.map((id) => document.querySelector(`#${CSS.escape(id)}`)?.textContent ?? `no ${id}`).join(" ");
}
