import { type Action, type Client, initialWorkflowState, WorkflowAgent, type WorkflowState } from "pawl/agent";
import { type ImportDetails, paces, type WorkspaceState } from "../../protocol/import.ts";
import { checkBatch } from "../import/check-stage.ts";
import { countLoaded, describeColumn, loadBatch } from "../import/load-stage.ts";
import { inferColumns, readPiece } from "../import/read-stage.ts";
import type { ImportRecord } from "../store/imports.ts";
import { ImportStore } from "../store/import-store.ts";
import { dropImport, dropRows, dropStaged } from "../store/tables.ts";
import { agentRoutes } from "./routes.ts";
import { Uploads } from "./uploads.ts";

/** One workspace: holds the file and the rows of every import, and starts the run that works through them. */
export class ImportAgent extends WorkflowAgent<Env, WorkflowState & WorkspaceState> {
  readonly workflow = "IMPORT_WORKFLOW";
  override readonly maxLiveRuns = 1;
  override readonly runsInState = 10;
  override initialState: WorkflowState & WorkspaceState = { ...initialWorkflowState, upload: null };

  readonly #store = new ImportStore(this.ctx.storage.sql);
  readonly #uploads = new Uploads(this.#store, {
    runOf: (id) => this.getRun(id),
    liveRun: () => this.state.runs.find(({ endedAt }) => endedAt === null),
    start: ({ id, pace }) => this.startRun({ id, params: { paceMs: paces[pace] } }),
    lookAgain: (id, seconds) => this.schedule(seconds, "giveUpSilent", id, { idempotent: false }),
    show: (upload) => this.#show(upload),
    log: (record, text) => this.#log(record, text),
  });
  readonly #routes = agentRoutes(this.#store, this.#uploads);

  override onStart(): void {
    this.#uploads.show();
  }

  override onRequest(request: Request): Promise<Response> {
    const isOurs = /^\/agents\/[^/]+\/[^/]+\/imports(?:\/|$)/.test(new URL(request.url).pathname);
    return isOurs ? Promise.resolve(this.#routes.fetch(request)) : super.onRequest(request);
  }

  /** A run begins with a file and ends with its rows: clients neither start one nor start it anew. */
  override authorize(_by: Client, action: Action): boolean {
    return action !== "start" && action !== "restart" && action !== "sendEvent";
  }

  /** The alarm's. */
  giveUpSilent(importId: string): Promise<void> {
    return this.#uploads.giveUpSilent(importId);
  }

  // What becomes of a run. ------------------------------------------------------------------------------------------

  override detailsOf(id: string): ImportDetails | undefined {
    const record = this.#store.imports.get(id);
    return record === null ? undefined : this.#store.details(record);
  }

  override onRunEnd(id: string, outcome: "complete" | "error" | "cancelled"): void {
    // Rows that a cancelled or failed import has loaded so far were never promised to anybody.
    if (outcome === "complete") dropStaged(this.#store.sql, id);
    else dropRows(this.#store.sql, id);
    const record = this.#store.imports.get(id);
    const { loaded, bad } = this.#store.batches.totals(id);
    if (record !== null) this.#log(record, `${outcome}: ${loaded} rows loaded, ${bad} rejected`);
  }

  override onRunDelete(id: string): void {
    dropImport(this.#store.sql, id);
  }

  // What its steps ask for. Each may ask twice and is served once; for a run that is over nothing is done. ------------

  /** How many pieces there are to read. */
  beginReading(id: string): number {
    return this.#serve(id, (record) => {
      this.#store.enter(record, "parse");
      return record.pieces;
    });
  }

  /** What is wrong with the file as a whole, or null. */
  readPiece(id: string, n: number): string | null {
    return this.#serve(id, (record) => {
      const problem = readPiece(this.#store, record, n);
      if (problem !== null) this.#store.imports.change(id, { problem });
      this.#log(record, `read piece ${n + 1} of ${record.pieces}`);
      return problem;
    });
  }

  inferColumns(id: string): { rows: number; batchRows: number } {
    return this.#serve(id, (record) => {
      const { columns, keyIndex, rows, batchRows } = inferColumns(this.#store.sql, id);
      this.#store.imports.change(id, { columns, keyIndex, batchRows });
      this.#store.enter(record, "check");
      return { rows, batchRows };
    });
  }

  checkBatch(id: string, n: number): void {
    this.#serve(id, (record) => {
      checkBatch(this.#store.sql, this.#store.batches, record, n);
      const { checked, found } = this.#store.batches.totals(id);
      this.#log(record, `checked ${checked} of ${found} rows`);
    });
  }

  /** Whether a person has to be asked: too many rows are bad. */
  askIfNeeded(id: string): boolean {
    return this.#serve(id, (record) => {
      const { bad, checked } = this.#store.batches.totals(id);
      const asked = bad * 100 > checked * record.askAbovePercent;
      this.#store.enter(record, asked ? "approve" : "load");
      if (asked) this.#log(record, `${bad} of ${checked} rows are bad, waiting for a decision`);
      return asked;
    });
  }

  takeDecision(id: string, approved: boolean, by: "person" | "timeout"): void {
    this.#serve(id, (record) => {
      if (record.decision === null) this.#store.imports.change(id, { decision: { approved, by, at: Date.now() } });
      if (approved) this.#store.enter(record, "load");
    });
  }

  loadBatch(id: string, n: number): void {
    this.#serve(id, (record) => {
      loadBatch(this.#store.sql, this.#store.batches, record, n);
      const { loaded, good } = this.#store.batches.totals(id);
      this.#log(record, `loaded ${loaded} of ${good} rows`);
    });
  }

  /** The names of the columns to sum up. */
  beginReport(id: string): string[] {
    return this.#serve(id, (record) => {
      this.#store.enter(record, "report");
      return record.columns.map(({ name }) => name);
    });
  }

  describeColumn(id: string, n: number): void {
    this.#serve(id, (record) => describeColumn(this.#store.sql, record, n));
  }

  /** How many rows were loaded. @throws when that is not what it should be */
  countLoaded(id: string): number {
    return this.#serve(id, () => {
      const { good } = this.#store.batches.totals(id);
      const loaded = countLoaded(this.#store.sql, id);
      if (loaded !== good) throw new Error(`${good} rows are good but ${loaded} are loaded`);
      return loaded;
    });
  }

  /** One transaction, then one change for the browsers. */
  #serve<T>(id: string, work: (record: ImportRecord) => T): T {
    const answer = this.ctx.storage.transactionSync(() => {
      const record = this.#store.imports.get(id);
      if (record === null || this.getRun(id)?.endedAt !== null) throw new Error(`Import ${id} is over.`);
      return work(record);
    });
    this.detailsChanged(id);
    return answer;
  }

  #show(upload: ImportDetails | null): void {
    const { state } = this;
    if (JSON.stringify(upload) !== JSON.stringify(state.upload)) this.setState({ ...state, upload });
  }

  #log(record: ImportRecord, text: string): void {
    const run = this.getRun(record.id);
    console.log(`import ${run?.number ?? `of "${record.fileName}"`} of "${this.name}": ${text}`);
  }
}
