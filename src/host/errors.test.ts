import { expect, test } from "vitest";
import { DataDirectoryUnusableError } from "./errors.ts";

test.each([
  ["ENOSPC", "The disk is full: free some room, and start again."],
  ["EACCES", "Check its permissions, or name another with --data."],
])("a data directory that cannot be used because of %s says what to do", (code, advice) => {
  const { message } = new DataDirectoryUnusableError("/data", Object.assign(new Error("no"), { code }));
  expect(message).toBe(`The data directory /data cannot be used: no. ${advice}`);
});
