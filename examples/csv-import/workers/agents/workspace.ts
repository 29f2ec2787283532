import type { Phase, WorkspaceState } from "../../protocol/import.ts";
import { type Action, type Outcome, refusal, statusOf } from "../import/lifecycle.ts";
import { Refusal } from "../import/refusal.ts";
import { workspaceState } from "../import/view.ts";
import { BatchTable } from "../store/batches.ts";
import { FilePieces } from "../store/file-pieces.ts";
import { type ImportRecord, ImportTable, factsOf } from "../store/imports.ts";
import { ResultPages } from "../store/pages.ts";
import { createTables, dropImport, dropRows, dropStaged } from "../store/tables.ts";

/** Answer to a report of the workflow; null tells it that the import is over. */
export type Answer<T> = T | null;

/** What a workspace needs of the agent that it lives in. */
export interface Home {
  name(): string;
  /** Shows every browser a new state. */
  show(state: WorkspaceState): void;
}

/**
 * The tables of one workspace. They are the truth: whatever changes them ends with `publish`, which makes the state for
 * the browsers from them.
 */
export class Workspace {
  readonly sql: SqlStorage;
  readonly imports: ImportTable;
  readonly pieces: FilePieces;
  readonly batches: BatchTable;
  readonly pages: ResultPages;
  readonly #storage: DurableObjectStorage;
  readonly #home: Home;

  constructor(storage: DurableObjectStorage, home: Home) {
    createTables(storage.sql);
    this.sql = storage.sql;
    this.imports = new ImportTable(storage.sql);
    this.pieces = new FilePieces(storage.sql);
    this.batches = new BatchTable(storage.sql);
    this.pages = new ResultPages(storage.sql);
    this.#storage = storage;
    this.#home = home;
  }

  publish(): void {
    this.#home.show(workspaceState(this.imports, this.batches, this.pieces));
  }

  log(record: ImportRecord, text: string): void {
    console.log(this.#about(record, text));
  }

  logError(record: ImportRecord, text: string, ...more: unknown[]): void {
    console.error(this.#about(record, text), ...more);
  }

  /** The import, if the action is possible in its present status. */
  admit(action: Action, importId: string): ImportRecord {
    const record = typeof importId === "string" ? this.imports.get(importId) : null;
    if (record === null) throw new Refusal("unknown_import", "This import does not exist in this workspace.", 404);
    const reason = refusal(action, statusOf(factsOf(record)));
    if (reason !== null) throw new Refusal("not_now", reason);
    return record;
  }

  /** One report of the workflow: one transaction, then one new state for the browsers. Refused when the import is over. */
  work<T>(importId: string, work: (record: ImportRecord) => Answer<T>): Answer<T> {
    const answer = this.#storage.transactionSync((): Answer<T> => {
      const record = this.imports.get(importId);
      if (record === null || record.outcome !== null) return null;
      // A run that reports is not paused, whatever was recorded: somebody resumed it without us.
      if (record.hold === "paused" || record.hold === "resuming") this.imports.change(importId, { hold: "none" });
      return work(record);
    });
    this.publish();
    return answer;
  }

  enter(record: ImportRecord, phase: Phase): void {
    if (record.phase === phase) return;
    this.imports.change(record.id, { phase, phaseTimes: { ...record.phaseTimes, [phase]: Date.now() } });
  }

  /** Ends an import for good and gives back what only an import under way needs. */
  end(record: ImportRecord, outcome: Outcome, error: string | null): void {
    this.#storage.transactionSync(() => {
      this.imports.change(record.id, { outcome, hold: "none", error, endedAt: Date.now() });
      // Rows that a cancelled or failed import has loaded so far were never promised to anybody.
      if (outcome === "complete" || outcome === "rejected") dropStaged(this.sql, record.id);
      else dropRows(this.sql, record.id);
    });
    const { loaded, bad } = this.batches.totals(record.id);
    this.log(record, `${outcome}: ${loaded} rows loaded, ${bad} rejected`);
    this.publish();
  }

  /** Removes an import with all that belongs to it. */
  drop(record: ImportRecord): void {
    this.#storage.transactionSync(() => dropImport(this.sql, record.id));
    this.publish();
  }

  #about(record: ImportRecord, text: string): string {
    return `import ${record.number} of "${this.#home.name()}": ${text}`;
  }
}
