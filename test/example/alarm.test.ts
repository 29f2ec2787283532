import { expect, test } from "vitest";
import { ReconcileAlarm } from "../../examples/csv-import/workers/agents/alarm.ts";

/** Schedules as the agent keeps them: whole seconds, and answers that come later. */
function schedules() {
  const rows = new Map<string, number>();
  let added = 0;
  const seconds = () => Math.floor(Date.now() / 1000);
  const alarm = new ReconcileAlarm({
    async list() {
      await Promise.resolve();
      return Array.from(rows, ([id, time]) => ({ id, time }));
    },
    async add(delay) {
      await Promise.resolve();
      rows.set(String(added++), seconds() + delay);
    },
    async cancel(id) {
      await Promise.resolve();
      rows.delete(id);
    },
  });
  return { alarm, rows, seconds };
}

test("two hundred browsers that come at once leave one reconciliation", async () => {
  const { alarm, rows } = schedules();
  await Promise.all(Array.from({ length: 200 }, () => alarm.reconcileIn(0)));
  expect(rows.size).toBe(1);
});

test("an earlier reconciliation takes the place of a later one, and a later one adds nothing", async () => {
  const { alarm, rows, seconds } = schedules();
  await alarm.reconcileIn(600);
  await alarm.reconcileIn(60);
  await alarm.reconcileIn(600);
  expect([...rows.values()]).toEqual([expect.closeTo(seconds() + 60, -1)]);
});

test("the reconciliation at work can ask for the next one", async () => {
  const { alarm, rows, seconds } = schedules();
  rows.set("at work", seconds() - 1);
  await alarm.reconcileIn(60);
  expect(rows.size).toBe(2);
});
