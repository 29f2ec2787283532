import { expect, test } from "vitest";
import { isRollingBack, unlessRollingBack } from "./rolling-back.ts";

const REFUSED = "SQL query failed: CHECK constraint failed: status IN ('queued', 'running'): SQLITE_CONSTRAINT";

test("what was asked of a run that is being rolled back is done, though the SDK's table refuses the status", async () => {
  await expect(unlessRollingBack(Promise.reject(new Error(REFUSED)))).resolves.toBeUndefined();
  expect(isRollingBack(new Error(REFUSED))).toBe(true);
});

test("any other failure is one", async () => {
  await expect(unlessRollingBack(Promise.reject(new Error("(instance.not_found)")))).rejects.toThrow("not_found");
  expect(isRollingBack("terminated")).toBe(false);
});
