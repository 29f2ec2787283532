import { afterAll, beforeAll, expect, test } from "vitest";
import { Witness } from "../support/witness.ts";
import { EngineApp } from "./app.ts";
import { PolicyProject } from "./policy-app.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const EVERY_MINUTE = "* * * * *";

interface Firing {
  payload: unknown;
  instanceId: string;
  workflowName: string;
  schedule: { cron: string; scheduledTime: number };
}

let witness: Witness;
let project: PolicyProject;
let app: EngineApp;

function firings(): Firing[] {
  return witness.of("timed").map((text) => JSON.parse(text) as Firing);
}

function timesOf(cron: string): number[] {
  return firings()
    .filter(({ schedule }) => schedule.cron === cron)
    .map(({ schedule }) => schedule.scheduledTime);
}

beforeAll(async () => {
  witness = await Witness.start();
  project = await PolicyProject.make({ witness: witness.url, schedules: [EVERY_MINUTE, "0 0 1 1 *"] });
  app = await EngineApp.of(project.path, witness);
});
afterAll(async () => {
  await app.stop();
});

test(
  "a schedule starts an instance at its time, which says what it was started for",
  { timeout: 120_000 },
  async () => {
    const startedAt = Date.now();
    await witness.until("timed", (seen) => seen.length > 0, 90_000);
    const [first] = firings();
    const { cron = "", scheduledTime = Number.NaN } = first?.schedule ?? {};
    expect(cron).toBe(EVERY_MINUTE);
    expect(scheduledTime % MINUTE_MS).toBe(0);
    expect(scheduledTime).toBeGreaterThan(startedAt - MINUTE_MS);
    expect(first).toMatchObject({ payload: {}, instanceId: `${cron}-${scheduledTime}`, workflowName: "timed" });
    const { status } = await app.until(`${cron}-${scheduledTime}`, "complete", "TIMED");
    expect(status).toBe("complete");
  },
);

test("no application can take the id of a firing", async () => {
  const create = app.call("create", [{ id: `${EVERY_MINUTE}-0` }], { workflow: "TIMED" });
  await expect(create).rejects.toThrow("Workflow instance has invalid id");
});

test("default_retention: a completed instance is gone after its time, a failed one is kept longer", async () => {
  const ids = ["kept-short", "kept-long"];
  for (const id of ids) {
    await app.call("create", [{ id, params: { fails: id === "kept-long" } }], { workflow: "KEPT" });
    witness.release(id, "first");
  }
  await app.until("kept-long", "errored", "KEPT");
  const isGone = async (): Promise<boolean> =>
    app.status("kept-short", "KEPT").then(
      () => false,
      (error: unknown) => error instanceof Error && error.message === "instance.not_found",
    );
  await expect.poll(isGone, { timeout: 30_000 }).toBe(true);
  expect(await app.status("kept-long", "KEPT")).toMatchObject({ status: "errored" });
});

test("what was missed while nothing ran is made up for once, with the latest time, and not again after a kill", async () => {
  await app.server.kill9();
  const before = timesOf(EVERY_MINUTE);
  // Three days later, as far as the application knows.
  await project.configure({
    witness: witness.url,
    laterMs: 3 * DAY_MS,
    schedules: [EVERY_MINUTE, "0 0 1 1 *"],
  });
  await app.server.restart();
  const isLater = (time: number): boolean => time > Date.now() + 2 * DAY_MS;
  await witness.until("timed", () => timesOf(EVERY_MINUTE).some(isLater));
  const missed = timesOf(EVERY_MINUTE).find(isLater) ?? Number.NaN;
  const now = Date.now() + 3 * DAY_MS;
  expect(missed).toBeLessThanOrEqual(now);
  expect(missed).toBeGreaterThan(now - 2 * MINUTE_MS);
  await app.server.logged(({ message }) => message.includes("for the last of the times that were missed"));
  await app.killAndRestart();
  // Another workflow works by now, so the schedules of this start have been looked at.
  await app.call("create", [{ id: "free" }], { workflow: "FREE" });
  witness.release("free", "first");
  await app.until("free", "complete", "FREE");
  // None in between; the next one may have come meanwhile. The step that tells of a firing may have been cut off by the
  // kill and run again; a firing that took place twice would be another instance of the same id, which there cannot be.
  const times = timesOf(EVERY_MINUTE);
  expect(new Set(times.filter((time) => time < missed))).toEqual(new Set(before));
});

test("a schedule that is new in the configuration begins, one that was removed ends", async () => {
  await app.server.stop();
  // Over New Year.
  await project.configure({ witness: witness.url, laterMs: 3 * DAY_MS, schedules: ["0 0 1 1 *"] });
  await app.server.restart();
  const minutely = timesOf(EVERY_MINUTE).length;
  await app.server.stop();
  await project.configure({
    witness: witness.url,
    laterMs: 400 * DAY_MS,
    schedules: ["0 0 1 1 *", "30 * * * *"],
  });
  await app.server.restart();
  await witness.until("timed", (seen) => seen.some((text) => text.includes("0 0 1 1 *")));
  const [newYear = Number.NaN] = timesOf("0 0 1 1 *");
  expect(new Date(newYear).toISOString()).toMatch(/-01-01T00:00:00.000Z$/);
  // It was not there while time passed, so there is nothing to make up for.
  expect(timesOf("30 * * * *")).toEqual([]);
  expect(timesOf(EVERY_MINUTE)).toHaveLength(minutely);
});
