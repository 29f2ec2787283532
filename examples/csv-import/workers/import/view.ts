import { type ImportView, type Phase, type WorkspaceState, recentLimit } from "../../protocol/import.ts";
import type { BatchTable, Totals } from "../store/batches.ts";
import type { FilePieces } from "../store/file-pieces.ts";
import { type ImportRecord, type ImportTable, factsOf } from "../store/imports.ts";
import { statusOf } from "./lifecycle.ts";

/** What every browser is shown, made anew from the tables each time: there is no second truth to keep in step. */
export function workspaceState(imports: ImportTable, batches: BatchTable, pieces: FilePieces): WorkspaceState {
  const newest = imports.newest();
  return {
    current: newest === null ? null : importView(newest, batches, pieces),
    recent: imports.summaries(recentLimit),
    total: imports.count(),
  };
}

export function importView(record: ImportRecord, batches: BatchTable, pieces: FilePieces): ImportView {
  const totals = batches.totals(record.id);
  const facts = factsOf(record);
  return {
    id: record.id,
    number: record.number,
    fileName: record.fileName,
    bytes: record.bytes,
    status: statusOf(facts),
    phase: record.phase,
    step: record.outcome === null ? currentStep(record, totals) : null,
    pace: record.pace,
    askAbovePercent: record.askAbovePercent,
    pieces: {
      total: record.pieces,
      received: record.queued ? record.pieces : pieces.received(record.id),
      parsed: totals.piecesParsed,
    },
    rows: {
      found: totals.found,
      checked: totals.checked,
      good: totals.good,
      bad: totals.bad,
      tidied: totals.tidied,
      loaded: totals.loaded,
    },
    faults: batches.faults(record.id),
    columns: record.columns.length,
    keyColumn: record.keyIndex === null ? null : (record.columns[record.keyIndex]?.name ?? null),
    createdAt: record.createdAt,
    endedAt: record.endedAt,
    phaseStartedAt: record.phaseTimes,
    decision: record.decision,
    decideBefore: facts.undecided ? record.decideBefore : null,
    error: record.error,
  };
}

/** What the workflow is at, as a person would say it. */
function currentStep(record: ImportRecord, totals: Totals): string {
  return stepWords[record.phase](record, totals);
}

const stepWords: Record<Phase, (record: ImportRecord, totals: Totals) => string> = {
  upload: ({ queued }) => (queued ? "Starting" : "Receiving the file"),
  parse: ({ pieces }, { piecesParsed }) =>
    piecesParsed < pieces ? `Reading piece ${piecesParsed + 1} of ${pieces}` : "Finding out what the columns hold",
  check: (record, { batchesChecked, found }) => `Checking rows ${range(record, batchesChecked, found)}`,
  approve: ({ decision }) => (decision === null ? "Waiting for your decision" : "Going on after the decision"),
  load: (record, { batchesLoaded, found }) => `Loading rows ${range(record, batchesLoaded, found)}`,
  report({ columns }, { described }) {
    const column = columns[described];
    return column === undefined ? "Finishing the report" : `Summing up column “${column.name}”`;
  },
};

function range(record: ImportRecord, batch: number, rows: number): string {
  const size = record.batchRows ?? rows;
  const from = Math.min(batch * size + 1, rows);
  const to = Math.min((batch + 1) * size, rows);
  return `${from.toLocaleString("en")} to ${to.toLocaleString("en")} of ${rows.toLocaleString("en")}`;
}
