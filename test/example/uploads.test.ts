import { expect, test } from "vitest";
import { Uploads } from "../../examples/csv-import/workers/agents/uploads.ts";
import type { ImportStore } from "../../examples/csv-import/workers/store/import-store.ts";

test("a refused upload schedules nothing", async () => {
  let asked = 0;
  const under = { id: "one", fileName: "a.csv" };
  // Only what a refusal looks at.
  const store = { imports: { newest: () => under, get: () => under } } as unknown as ImportStore;
  const uploads = new Uploads(store, {
    runOf: () => under as never,
    liveRun: () => under as never,
    lookAgain: async () => {
      asked++;
    },
    start: async () => {},
    show: () => {},
    log: () => {},
  });
  await expect(uploads.accept({ fileName: "b.csv", bytes: 1, pace: "full", askAbovePercent: 2 })).rejects.toThrow(
    "One import runs at a time",
  );
  expect(asked).toBe(0);
});
