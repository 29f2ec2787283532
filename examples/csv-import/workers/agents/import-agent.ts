import { Agent, callable } from "agents";
import {
  type ImportView,
  type Phase,
  type UploadAccepted,
  type UploadRequest,
  type WorkspaceState,
  limits,
  paces,
} from "../../protocol/import.ts";
import { sniff } from "../csv/sniff.ts";
import { checkBatch } from "../import/check-stage.ts";
import { type Action, type EngineStatus, type Outcome, refusal, repair, statusOf } from "../import/lifecycle.ts";
import { countLoaded, describeColumn, loadBatch } from "../import/load-stage.ts";
import { inferColumns, readPiece } from "../import/read-stage.ts";
import { Refusal } from "../import/refusal.ts";
import { pieceCount, pieceLength } from "../import/upload-request.ts";
import { importView, workspaceState } from "../import/view.ts";
import { BatchTable } from "../store/batches.ts";
import { FilePieces } from "../store/file-pieces.ts";
import { type ImportRecord, ImportTable, factsOf } from "../store/imports.ts";
import { ResultPages } from "../store/pages.ts";
import { createTables, dropImport, dropRows, dropStaged } from "../store/tables.ts";
import { decisionEvent, decisionTimeout } from "../workflows/import-workflow.ts";
import { type Desk, agentRoutes } from "./routes.ts";

/** An upload that has been silent for so long may be pushed aside by another one. */
const silentUploadMs = 30_000;
/** An upload that has been silent for so long is given up. */
const deadUploadMs = 10 * 60_000;

/** Answer to a report of the workflow; null tells it that the import is over. */
type Answer<T> = T | null;

/**
 * One workspace: holds the file, the rows and the record of every import, and is the only way to the workflow.
 *
 * The tables are the truth. Whatever changes them ends with `#publish`, which makes the state for the browsers from
 * them; a report for an import that is over changes nothing.
 */
export class ImportAgent extends Agent<Env, WorkspaceState> {
  override initialState: WorkspaceState = { current: null, recent: [], total: 0 };

  readonly #imports = new ImportTable(this.ctx.storage.sql);
  readonly #pieces = new FilePieces(this.ctx.storage.sql);
  readonly #batches = new BatchTable(this.ctx.storage.sql);
  readonly #pages = new ResultPages(this.ctx.storage.sql);
  readonly #routes = agentRoutes(this.#desk());

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    createTables(ctx.storage.sql);
  }

  override async onStart(): Promise<void> {
    this.#publish();
    if (this.#imports.open() !== null) await this.schedule(1, "reconcile", undefined, { idempotent: true });
  }

  override async onConnect(): Promise<void> {
    if (this.#imports.open() !== null) await this.#reconcileIn(0);
  }

  override onRequest(request: Request): Response | Promise<Response> {
    return this.#routes.fetch(request);
  }

  /** Browsers see the state, they do not write it. */
  override validateStateChange(_next: WorkspaceState, source: unknown): void {
    if (source !== "server") throw new Error("The state of a workspace is read only.");
  }

  // What a browser may ask for. -------------------------------------------------------------------------------------

  @callable()
  pause(importId: string): Promise<void> {
    return this.#command(() => this.#hold("pause", importId));
  }

  @callable()
  resume(importId: string): Promise<void> {
    return this.#command(() => this.#hold("resume", importId));
  }

  @callable()
  cancel(importId: string): Promise<void> {
    return this.#command(async () => {
      const record = this.#admit("cancel", importId);
      this.#end(record, "cancelled", null);
      if (record.queued) await this.#terminate(record.id);
    });
  }

  @callable()
  decide(importId: string, approved: boolean): Promise<void> {
    return this.#command(async () => {
      if (typeof approved !== "boolean") throw new Refusal("malformed", "A decision is true or false.", 400);
      const record = this.#admit("decide", importId);
      this.#imports.change(record.id, { decision: { approved, by: "person", at: Date.now() } });
      this.#publish();
      // Killed before the event is sent, the agent sends it when it compares itself with the workflow.
      await this.#reconcileIn(2);
      await this.#sendDecision(record.id);
    });
  }

  /** Takes an import that has ended out of the history, with all its rows. */
  @callable()
  remove(importId: string): Promise<void> {
    return this.#command(async () => {
      const record = this.#admit("remove", importId);
      this.ctx.storage.transactionSync(() => dropImport(this.ctx.storage.sql, record.id));
      this.#publish();
    });
  }

  // What the workflow reports. --------------------------------------------------------------------------------------

  /** How many pieces there are to read. */
  beginReading(importId: string): Answer<number> {
    return this.#work(importId, (record) => {
      this.#enter(record, "parse");
      return record.pieces;
    });
  }

  /** How many rows have been read so far. */
  readPiece(importId: string, n: number): Answer<number> {
    return this.#work(importId, (record) => {
      const stores = { sql: this.ctx.storage.sql, pieces: this.#pieces, batches: this.#batches };
      const problem = readPiece(stores, record, n);
      if (problem !== null) {
        this.#end(record, "failed", problem);
        return null;
      }
      this.#log(record, `read piece ${n + 1} of ${record.pieces}`);
      return this.#batches.totals(importId).found;
    });
  }

  /** How many batches there are to check and to load. */
  inferColumns(importId: string): Answer<number> {
    return this.#work(importId, (record) => {
      const { columns, keyIndex, rows, batchRows } = inferColumns(this.ctx.storage.sql, importId);
      this.#imports.change(importId, { columns, keyIndex, batchRows });
      this.#enter(record, "check");
      return Math.ceil(rows / batchRows);
    });
  }

  /** How many rows have been found bad so far. */
  checkBatch(importId: string, n: number): Answer<number> {
    return this.#work(importId, (record) => {
      checkBatch(this.ctx.storage.sql, this.#batches, record, n);
      const { checked, found, bad } = this.#batches.totals(importId);
      this.#log(record, `checked ${checked} of ${found} rows`);
      return bad;
    });
  }

  /** Asks a person when too many rows are bad. */
  askIfNeeded(importId: string): Answer<boolean> {
    return this.#work(importId, (record) => {
      if (record.decideBefore !== null) return true;
      const { bad, checked } = this.#batches.totals(importId);
      const asked = bad * 100 > checked * record.askAbovePercent;
      this.#enter(record, asked ? "approve" : "load");
      if (asked) {
        this.#imports.change(importId, { decideBefore: Date.now() + decisionTimeout.milliseconds });
        this.#log(record, `${bad} of ${checked} rows are bad, waiting for a decision`);
      }
      return asked;
    });
  }

  /** Goes on to loading, or ends the import when the answer was no or did not come. */
  takeDecision(importId: string, timedOut: boolean): Answer<boolean> {
    return this.#work(importId, (record) => {
      if (record.decision === null && !timedOut) throw new Error("The decision is not recorded yet");
      const decision = record.decision ?? { approved: false, by: "timeout", at: Date.now() };
      this.#imports.change(importId, { decision });
      if (decision.approved) {
        this.#enter(record, "load");
        return true;
      }
      const silence = `Nobody decided within ${decisionTimeout.words}, so nothing was loaded.`;
      this.#end(record, "rejected", decision.by === "timeout" ? silence : null);
      return null;
    });
  }

  /** How many rows have been loaded so far. */
  loadBatch(importId: string, n: number): Answer<number> {
    return this.#work(importId, (record) => {
      loadBatch(this.ctx.storage.sql, this.#batches, record, n);
      const { loaded, good } = this.#batches.totals(importId);
      this.#log(record, `loaded ${loaded} of ${good} rows`);
      return loaded;
    });
  }

  /** How many columns there are to sum up. */
  beginReport(importId: string): Answer<number> {
    return this.#work(importId, (record) => {
      this.#enter(record, "report");
      return record.columns.length;
    });
  }

  describeColumn(importId: string, n: number): Answer<boolean> {
    return this.#work(importId, (record) => {
      describeColumn(this.ctx.storage.sql, record, n);
      return true;
    });
  }

  /** Ends the import and answers how many rows it loaded. */
  finish(importId: string): Answer<number> {
    this.#work(importId, (record) => {
      const { good } = this.#batches.totals(importId);
      const loaded = countLoaded(this.ctx.storage.sql, importId);
      if (loaded !== good) throw new Error(`${good} rows are good but ${loaded} are loaded`);
      this.#end(record, "complete", null);
      return null;
    });
    // Asked again because the first answer was lost: the import is over, and it is over because it is complete.
    const complete = this.#imports.get(importId)?.outcome === "complete";
    return complete ? this.#batches.totals(importId).loaded : null;
  }

  reportFailure(importId: string, message: string): void {
    const record = this.#imports.get(importId);
    if (record === null || record.outcome !== null) return;
    console.error(`import ${record.number} of "${this.name}" failed: ${message}`);
    this.#end(record, "failed", `The import could not go on: ${message}`);
  }

  // Keeping record and workflow together. ---------------------------------------------------------------------------

  /**
   * Compares the open import with its workflow and repairs what a crash between two writes has left: a workflow that
   * was never created, a pause that was never passed on, a decision that was never sent. Runs by the agent's own
   * alarm, so it needs no visitor.
   */
  async reconcile(): Promise<void> {
    const record = this.#imports.open();
    if (record === null) return;
    try {
      if (!record.queued) {
        if (Date.now() - record.touchedAt > deadUploadMs) this.#end(record, "cancelled", "The upload stopped halfway.");
      } else {
        await this.#repair(record.id);
      }
    } catch (error) {
      console.error(`import ${record.number} of "${this.name}": cannot compare with the workflow`, error);
    }
    const open = this.#imports.open();
    if (open !== null && (await this.listSchedules()).every(({ callback }) => callback !== "reconcile")) {
      const status = statusOf(factsOf(open));
      const soon = status === "pausing" || status === "resuming" || status === "queued";
      await this.#reconcileIn(soon ? 2 : status === "running" ? 15 : 60);
    }
  }

  async #repair(importId: string): Promise<EngineStatus> {
    const engine = await this.#engineStatus(importId);
    // The answer took its time: compare with the record as it is now.
    const record = this.#imports.get(importId);
    if (record === null || record.outcome !== null) return engine;
    const todo = repair(record.hold, engine);
    if (todo === "create") {
      await this.#create(record);
    } else if (todo === "pause" || todo === "resume") {
      await (await this.env.IMPORT_WORKFLOW.get(importId))[todo]();
    } else if (todo === "fail") {
      this.#end(record, "failed", `The workflow behind this import ended (${engine}) without a report.`);
    } else if (todo !== null) {
      this.#imports.change(importId, todo);
      this.#publish();
    }
    if (record.phase === "approve" && record.decision !== null && engine !== "missing")
      await this.#sendDecision(importId);
    return engine;
  }

  async #engineStatus(importId: string): Promise<EngineStatus> {
    try {
      const { status } = await (await this.env.IMPORT_WORKFLOW.get(importId)).status();
      return status as EngineStatus;
    } catch (error) {
      if (String(error).includes("not_found")) return "missing";
      throw error;
    }
  }

  /** Passes a pause or a resume on and follows it until it is done, for about three seconds; then the alarm takes over. */
  async #settle(importId: string): Promise<void> {
    for (let tries = 0; tries < 30; tries++) {
      await this.#repair(importId);
      const hold = this.#imports.get(importId)?.hold;
      if (hold !== "pausing" && hold !== "resuming") return;
      await scheduler.wait(100);
    }
  }

  async #create(record: ImportRecord): Promise<void> {
    const params = { workspace: this.name, importId: record.id, paceMs: paces[record.pace] };
    try {
      await this.env.IMPORT_WORKFLOW.create({ id: record.id, params });
    } catch (error) {
      // The answer to an earlier call was lost. The id belongs to this import alone.
      if (!String(error).includes("already_exists") && !String(error).includes("already exists")) throw error;
    }
  }

  async #terminate(importId: string): Promise<void> {
    try {
      await (await this.env.IMPORT_WORKFLOW.get(importId)).terminate();
    } catch (error) {
      // Never created, or over already: as good as terminated. A run that goes on is told to stop by its next report.
      if (!/not_found|cannot_terminate/.test(String(error))) console.error(error);
    }
  }

  async #sendDecision(importId: string): Promise<void> {
    const instance = await this.env.IMPORT_WORKFLOW.get(importId);
    await instance.sendEvent({ type: decisionEvent, payload: {} });
  }

  async #reconcileIn(seconds: number): Promise<void> {
    await this.schedule(seconds, "reconcile");
  }

  // Uploads. --------------------------------------------------------------------------------------------------------

  #desk(): Desk {
    return {
      imports: this.#imports,
      pages: this.#pages,
      view: (record): ImportView => importView(record, this.#batches, this.#pieces),
      accept: (request) => this.#accept(request),
      receivePiece: (importId, n, bytes) => this.#receivePiece(importId, n, bytes),
      start: (importId) => this.#start(importId),
    };
  }

  async #accept(request: UploadRequest): Promise<UploadAccepted> {
    await this.#reconcileIn(deadUploadMs / 1000 + 1);
    const open = this.#imports.open();
    if (open !== null) {
      if (open.queued || Date.now() - open.touchedAt < silentUploadMs) {
        const message = `“${open.fileName}” is being imported. One import runs at a time in a workspace: wait for it, cancel it, or use another workspace.`;
        throw new Refusal("busy", message);
      }
      this.#end(open, "cancelled", "The upload stopped halfway.");
    }
    const pieces = pieceCount(request.bytes);
    const record = this.#imports.add({ id: crypto.randomUUID(), ...request, pieces, at: Date.now() });
    this.#publish();
    return { id: record.id, pieceBytes: limits.pieceBytes, pieces };
  }

  #receivePiece(importId: string, n: number, bytes: ArrayBuffer): void {
    const record = this.#uploading(importId);
    if (n < 0 || n >= record.pieces || bytes.byteLength !== pieceLength(record.bytes, n)) {
      throw new Refusal("bad_piece", "This piece does not belong to the file that was announced.", 400);
    }
    const sniffed = n === 0 ? sniff(new Uint8Array(bytes)) : null;
    if (sniffed?.text === false) {
      // Nothing of it is worth a line in the history: the person who sent it is told at once.
      this.ctx.storage.transactionSync(() => dropImport(this.ctx.storage.sql, record.id));
      this.#publish();
      throw new Refusal("not_text", sniffed.reason, 422);
    }
    this.#pieces.put(record.id, n, bytes);
    this.#imports.change(record.id, { touchedAt: Date.now() });
    this.#publish();
  }

  async #start(importId: string): Promise<void> {
    const again = this.#imports.get(importId);
    // The answer to an earlier call was lost.
    if (again?.queued === true) return;
    const record = this.#uploading(importId);
    const missing = record.pieces - this.#pieces.received(record.id);
    if (missing > 0) throw new Refusal("incomplete", `${missing} pieces of the file are still missing.`);
    // First the alarm, then the record, then the workflow: killed in between, the agent finds the gap and fills it.
    await this.#reconcileIn(2);
    this.#imports.change(record.id, { queued: true });
    this.#publish();
    this.#log(record, `received "${record.fileName}", ${record.bytes} bytes`);
    await this.#create(record);
  }

  #uploading(importId: string): ImportRecord {
    const record = this.#imports.get(importId);
    if (record === null || record.outcome !== null || record.queued) {
      throw new Refusal("not_uploading", record?.error ?? "This upload is over. Choose the file again.");
    }
    return record;
  }

  // The inside. -----------------------------------------------------------------------------------------------------

  /** A browser is told in words what it cannot have; what went wrong in here goes to the log. */
  async #command(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof Refusal) throw error;
      console.error(error);
      throw new Error("Something went wrong on the server. Its log says what.", { cause: error });
    }
  }

  /** Records the wish first, then passes it on: a crash in between loses nothing. */
  async #hold(action: "pause" | "resume", importId: string): Promise<void> {
    const record = this.#admit(action, importId);
    this.#imports.change(record.id, { hold: action === "pause" ? "pausing" : "resuming" });
    this.#publish();
    await this.#reconcileIn(2);
    await this.#settle(record.id);
  }

  /** The import, if the action is possible in its present status. */
  #admit(action: Action, importId: string): ImportRecord {
    const record = typeof importId === "string" ? this.#imports.get(importId) : null;
    if (record === null) throw new Refusal("unknown_import", "This import does not exist in this workspace.", 404);
    const reason = refusal(action, statusOf(factsOf(record)));
    if (reason !== null) throw new Refusal("not_now", reason);
    return record;
  }

  /** One report of the workflow: one transaction, then one new state for the browsers. Refused when the import is over. */
  #work<T>(importId: string, work: (record: ImportRecord) => Answer<T>): Answer<T> {
    const answer = this.ctx.storage.transactionSync((): Answer<T> => {
      const record = this.#imports.get(importId);
      if (record === null || record.outcome !== null) return null;
      // A run that reports is not paused, whatever was recorded: somebody resumed it without us.
      if (record.hold === "paused" || record.hold === "resuming") this.#imports.change(importId, { hold: "none" });
      return work(record);
    });
    this.#publish();
    return answer;
  }

  #enter(record: ImportRecord, phase: Phase): void {
    if (record.phase === phase) return;
    this.#imports.change(record.id, { phase, phaseTimes: { ...record.phaseTimes, [phase]: Date.now() } });
  }

  /** Ends an import for good and gives back what only an import under way needs. */
  #end(record: ImportRecord, outcome: Outcome, error: string | null): void {
    this.ctx.storage.transactionSync(() => {
      this.#imports.change(record.id, { outcome, hold: "none", error, endedAt: Date.now() });
      // Rows that a cancelled or failed import has loaded so far were never promised to anybody.
      if (outcome === "complete" || outcome === "rejected") dropStaged(this.ctx.storage.sql, record.id);
      else dropRows(this.ctx.storage.sql, record.id);
    });
    const { loaded, bad } = this.#batches.totals(record.id);
    this.#log(record, `${outcome}: ${loaded} rows loaded, ${bad} rejected`);
    this.#publish();
  }

  #publish(): void {
    const next = workspaceState(this.#imports, this.#batches, this.#pieces);
    if (JSON.stringify(next) !== JSON.stringify(this.state)) this.setState(next);
  }

  #log(record: ImportRecord, text: string): void {
    console.log(`import ${record.number} of "${this.name}": ${text}`);
  }
}
