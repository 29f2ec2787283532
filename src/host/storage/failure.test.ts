import { expect, test } from "vitest";
import { isNoRoom, storageFailureIn } from "./failure.ts";

test.each([
  [
    "uncaught exception; exception = failed: broken.outputGateBroken; jsg.Error: database or disk is full: SQLITE_FULL",
    "full",
  ],
  ["jsg.Error: disk I/O error: SQLITE_IOERR (extended: SQLITE_IOERR_WRITE)\nstack: workerd@2ab13cd", "failing"],
  ["Error: attempt to write a readonly database: SQLITE_READONLY", "failing"],
  ["Error: The disk refuses writes", "failing"],
  ["Error: UNIQUE constraint failed: SQLITE_CONSTRAINT", undefined],
  ["Error: no such table: t: SQLITE_ERROR", undefined],
])("%j tells of a disk that is %s", (text, failure) => {
  expect(storageFailureIn(text)).toBe(failure);
});

test.each([
  [Object.assign(new Error("no space left on device"), { code: "ENOSPC" }), true],
  [Object.assign(new Error("disk quota exceeded"), { code: "EDQUOT" }), true],
  [Object.assign(new Error("permission denied"), { code: "EACCES" }), false],
  ["ENOSPC", false],
])("%s: no room is %s", (error, expected) => {
  expect(isNoRoom(error)).toBe(expected);
});
