import { checkBatch } from "../import/check-stage.ts";
import { countLoaded, describeColumn, loadBatch } from "../import/load-stage.ts";
import { inferColumns, readPiece } from "../import/read-stage.ts";
import { decisionTimeout } from "../workflows/import-workflow.ts";
import type { Answer, Workspace } from "./workspace.ts";

/**
 * What the workflow reports, step by step. Each report may come twice and does its work once; one for an import that is
 * over changes nothing and is answered with null.
 */
export class Reports {
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** How many pieces there are to read. */
  beginReading(importId: string): Answer<number> {
    return this.#workspace.work(importId, (record) => {
      this.#workspace.enter(record, "parse");
      return record.pieces;
    });
  }

  /** How many rows have been read so far. */
  readPiece(importId: string, n: number): Answer<number> {
    return this.#workspace.work(importId, (record) => {
      const problem = readPiece(this.#workspace, record, n);
      if (problem !== null) {
        this.#workspace.end(record, "failed", problem);
        return null;
      }
      this.#workspace.log(record, `read piece ${n + 1} of ${record.pieces}`);
      return this.#workspace.batches.totals(importId).found;
    });
  }

  /** How many batches there are to check and to load. */
  inferColumns(importId: string): Answer<number> {
    return this.#workspace.work(importId, (record) => {
      const { columns, keyIndex, rows, batchRows } = inferColumns(this.#workspace.sql, importId);
      this.#workspace.imports.change(importId, { columns, keyIndex, batchRows });
      this.#workspace.enter(record, "check");
      return Math.ceil(rows / batchRows);
    });
  }

  /** How many rows have been found bad so far. */
  checkBatch(importId: string, n: number): Answer<number> {
    return this.#workspace.work(importId, (record) => {
      checkBatch(this.#workspace.sql, this.#workspace.batches, record, n);
      const { checked, found, bad } = this.#workspace.batches.totals(importId);
      this.#workspace.log(record, `checked ${checked} of ${found} rows`);
      return bad;
    });
  }

  /** Asks a person when too many rows are bad. */
  askIfNeeded(importId: string): Answer<boolean> {
    return this.#workspace.work(importId, (record) => {
      if (record.decideBefore !== null) return true;
      const { bad, checked } = this.#workspace.batches.totals(importId);
      const asked = bad * 100 > checked * record.askAbovePercent;
      this.#workspace.enter(record, asked ? "approve" : "load");
      if (asked) {
        this.#workspace.imports.change(importId, { decideBefore: Date.now() + decisionTimeout.milliseconds });
        this.#workspace.log(record, `${bad} of ${checked} rows are bad, waiting for a decision`);
      }
      return asked;
    });
  }

  /** Goes on to loading, or ends the import when the answer was no or did not come. */
  takeDecision(importId: string, timedOut: boolean): Answer<boolean> {
    return this.#workspace.work(importId, (record) => {
      if (record.decision === null && !timedOut) throw new Error("The decision is not recorded yet");
      const decision = record.decision ?? { approved: false, by: "timeout", at: Date.now() };
      this.#workspace.imports.change(importId, { decision });
      if (decision.approved) {
        this.#workspace.enter(record, "load");
        return true;
      }
      const silence = `Nobody decided within ${decisionTimeout.words}, so nothing was loaded.`;
      this.#workspace.end(record, "rejected", decision.by === "timeout" ? silence : null);
      return null;
    });
  }

  /** How many rows have been loaded so far. */
  loadBatch(importId: string, n: number): Answer<number> {
    return this.#workspace.work(importId, (record) => {
      loadBatch(this.#workspace.sql, this.#workspace.batches, record, n);
      const { loaded, good } = this.#workspace.batches.totals(importId);
      this.#workspace.log(record, `loaded ${loaded} of ${good} rows`);
      return loaded;
    });
  }

  /** How many columns there are to sum up. */
  beginReport(importId: string): Answer<number> {
    return this.#workspace.work(importId, (record) => {
      this.#workspace.enter(record, "report");
      return record.columns.length;
    });
  }

  describeColumn(importId: string, n: number): Answer<boolean> {
    return this.#workspace.work(importId, (record) => {
      describeColumn(this.#workspace.sql, record, n);
      return true;
    });
  }

  /** Ends the import and answers how many rows it loaded. */
  finish(importId: string): Answer<number> {
    this.#workspace.work(importId, (record) => {
      const { good } = this.#workspace.batches.totals(importId);
      const loaded = countLoaded(this.#workspace.sql, importId);
      if (loaded !== good) throw new Error(`${good} rows are good but ${loaded} are loaded`);
      this.#workspace.end(record, "complete", null);
      return null;
    });
    // Asked again because the first answer was lost: the import is over, and it is over because it is complete.
    const complete = this.#workspace.imports.get(importId)?.outcome === "complete";
    return complete ? this.#workspace.batches.totals(importId).loaded : null;
  }

  reportFailure(importId: string, message: string): void {
    const record = this.#workspace.imports.get(importId);
    if (record === null || record.outcome !== null) return;
    this.#workspace.logError(record, `failed: ${message}`);
    this.#workspace.end(record, "failed", `The import could not go on: ${message}`);
  }
}
