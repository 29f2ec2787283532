import { describe, expect, test } from "vitest";
import { type ImportDetails, limits } from "../../examples/csv-import/protocol/import.ts";
import { viewOfUpload, viewsOfRun } from "../../examples/csv-import/src/lib/import-view.ts";
import { batchRowsFor } from "../../examples/csv-import/workers/import/batch-rows.ts";
import { pieceCount, pieceLength, readUploadRequest } from "../../examples/csv-import/workers/import/upload-request.ts";

type Run = Parameters<typeof viewsOfRun>[0];

const details: ImportDetails = {
  id: "one",
  fileName: "orders.csv",
  bytes: 1000,
  pace: "steady",
  askAbovePercent: 2,
  phase: "check",
  pieces: { total: 1, received: 1, parsed: 1 },
  rows: { found: 10, checked: 0, good: 0, bad: 0, tidied: 0, loaded: 0 },
  faults: {},
  columns: 2,
  keyColumn: null,
  createdAt: 1000,
  phaseStartedAt: { upload: 1000 },
  decision: null,
  problem: null,
};

const wait = { step: "wait for a person", event: "approval", since: 1000, until: 5000 };

function view(more: Partial<Run>, about: Partial<ImportDetails> = {}) {
  const run: Run = {
    id: "one",
    number: 1,
    workflow: "IMPORT_WORKFLOW",
    status: "running",
    step: null,
    progress: 0,
    totalResults: 0,
    error: null,
    waitingFor: [],
    startedAt: 1000,
    updatedAt: 1000,
    endedAt: null,
    details: { ...details, ...about },
    ...more,
  };
  return viewsOfRun(run)[0];
}

const no = (by: "person" | "timeout") => ({ decision: { approved: false, by, at: 2000 } });

test.each<[Partial<Run>, Partial<ImportDetails>, string]>([
  [{}, { phase: "upload" }, "queued"],
  [{}, {}, "running"],
  [{ status: "paused", waitingFor: [wait] }, { phase: "approve" }, "paused"],
  [{ waitingFor: [wait] }, { phase: "approve" }, "waiting"],
  [{}, { phase: "approve" }, "running"],
  [{ status: "complete" }, {}, "complete"],
  [{ status: "complete" }, no("person"), "rejected"],
  [{ status: "cancelled" }, {}, "cancelled"],
  [{ status: "error", error: "x" }, {}, "failed"],
])("a run %j of an import %j is %s", (run, about, status) => {
  expect(view(run, about)?.status).toBe(status);
});

test("a file that is on its way is an import before there is a run", () => {
  expect(viewOfUpload(details)).toMatchObject({ id: "one", status: "uploading", number: null });
});

test("what an import waits for says until when", () => {
  expect(view({ waitingFor: [wait] })?.decideBefore).toBe(5000);
  expect(view({})?.decideBefore).toBeNull();
});

test.each<[string, Partial<Run>, Partial<ImportDetails>, string | null]>([
  ["a file that is no good", { status: "error", error: "x" }, { problem: "It is empty." }, "It is empty."],
  ["a fault on the way", { status: "error", error: "x" }, {}, "The import could not go on: x"],
  ["silence", { status: "complete" }, no("timeout"), "Nobody decided within 7 days, so nothing was loaded."],
  ["a rejection", { status: "complete" }, no("person"), null],
])("%s is said in words", (_, run, about, error) => {
  expect(view(run, about)?.error).toBe(error);
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
