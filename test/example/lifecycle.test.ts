import { describe, expect, test } from "vitest";
import { limits } from "../../examples/csv-import/protocol/import.ts";
import { batchRowsFor } from "../../examples/csv-import/workers/import/batch-rows.ts";
import { type Facts, refusal, repair, statusOf } from "../../examples/csv-import/workers/import/lifecycle.ts";
import { pieceCount, pieceLength, readUploadRequest } from "../../examples/csv-import/workers/import/upload-request.ts";

const facts = (more: Partial<Facts>): Facts => ({
  phase: "check",
  queued: true,
  hold: "none",
  outcome: null,
  undecided: false,
  ...more,
});

test.each<[Partial<Facts>, string]>([
  [{ phase: "upload", queued: false }, "uploading"],
  [{ phase: "upload" }, "queued"],
  [{}, "running"],
  [{ hold: "pausing" }, "pausing"],
  [{ hold: "paused", undecided: true }, "paused"],
  [{ phase: "approve", undecided: true }, "waiting"],
  [{ phase: "approve" }, "running"],
  [{ outcome: "cancelled", hold: "paused", undecided: true }, "cancelled"],
])("%j is %s", (more, status) => {
  expect(statusOf(facts(more))).toBe(status);
});

test("an import that is over admits nothing but its removal", () => {
  for (const status of ["complete", "rejected", "cancelled", "failed"] as const) {
    for (const action of ["pause", "resume", "cancel", "decide"] as const) {
      expect(refusal(action, status)).toMatch(/cannot be/);
    }
    expect(refusal("remove", status)).toBeNull();
  }
});

test("a decision is taken only when it was asked for", () => {
  expect(refusal("decide", "waiting")).toBeNull();
  expect(refusal("decide", "running")).toBe("This import cannot be decided on now: it is running.");
});

describe("after a crash", () => {
  test.each([
    ["the workflow was never created", "none", "missing", "create"],
    ["a pause was not passed on", "pausing", "running", "pause"],
    ["a pause has come true", "pausing", "paused", { hold: "paused" }],
    ["a resume was not passed on", "resuming", "paused", "resume"],
    ["a pause is taken back before it has come true", "resuming", "waitingForPause", "resume"],
    ["a resume has come true", "resuming", "running", { hold: "none" }],
    ["somebody else resumed", "paused", "running", { hold: "none" }],
    ["somebody else paused", "none", "paused", { hold: "paused" }],
    ["all is well", "none", "running", null],
    ["paused is paused", "paused", "paused", null],
    ["the workflow ended without a word", "none", "errored", "fail"],
  ] as const)("%s", (_, hold, engine, todo) => {
    expect(repair(hold, engine)).toEqual(todo);
  });
});

describe("announcing a file", () => {
  const good = { fileName: "orders.csv", bytes: 1000, pace: "steady", askAbovePercent: 2 };

  test("a sensible announcement passes", () => {
    expect(readUploadRequest(good)).toEqual(good);
  });

  test.each([
    ["an empty file", { ...good, bytes: 0 }, "This file is empty."],
    ["a file that is too large", { ...good, bytes: limits.fileBytes + 1 }, "larger than 50 MB"],
    ["no name", { ...good, fileName: " " }, "no name"],
    ["an unknown pace", { ...good, pace: "toString" }, "pace must be one of"],
    ["an unknown limit", { ...good, askAbovePercent: 3 }, "limit must be one of"],
    ["a size that is no number", { ...good, bytes: "1000" }, "not a number"],
    ["nothing", null, "no body"],
  ])("refuses %s", (_, body, message) => {
    expect(() => readUploadRequest(body)).toThrow(message);
  });

  test("the pieces of a file add up to the file", () => {
    for (const bytes of [1, limits.pieceBytes, limits.pieceBytes + 1, limits.fileBytes]) {
      const lengths = Array.from({ length: pieceCount(bytes) }, (_, n) => pieceLength(bytes, n));
      expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(bytes);
      expect(Math.min(...lengths)).toBeGreaterThan(0);
    }
  });
});

test.each([
  [1, 250],
  [6000, 250],
  [50_000, 250],
  [100_000, 500],
  [1_000_000, 5000],
])("%i rows are checked in batches of %i", (rows, size) => {
  expect(batchRowsFor(rows)).toBe(size);
});
