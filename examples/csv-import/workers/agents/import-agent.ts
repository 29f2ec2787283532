import { Agent, callable } from "agents";
import type { WorkspaceState } from "../../protocol/import.ts";
import { Refusal } from "../import/refusal.ts";
import { ReconcileAlarm } from "./alarm.ts";
import { Reconciler } from "./reconciler.ts";
import { Reports } from "./reports.ts";
import { agentRoutes } from "./routes.ts";
import { Uploads } from "./uploads.ts";
import { WorkflowLink } from "./workflow-link.ts";
import { type Answer, Workspace } from "./workspace.ts";

/** One workspace: holds the file, the rows and the record of every import, and is the only way to the workflow. */
export class ImportAgent extends Agent<Env, WorkspaceState> {
  override initialState: WorkspaceState = { current: null, recent: [], total: 0 };

  // The agent learns its name after it is made.
  readonly #name = () => this.name;
  readonly #alarm = new ReconcileAlarm({
    list: async () => (await this.listSchedules()).filter(({ callback }) => callback === "reconcile"),
    add: (seconds) => this.schedule(seconds, "reconcile", undefined, { idempotent: false }),
    cancel: (id) => this.cancelSchedule(id),
  });
  readonly #workspace = new Workspace(this.ctx.storage, { name: this.#name, show: (state) => this.#show(state) });
  readonly #workflow = new WorkflowLink(this.env.IMPORT_WORKFLOW);
  readonly #reconciler = new Reconciler(this.#workspace, this.#workflow, this.#name, this.#alarm);
  readonly #uploads = new Uploads(this.#workspace, this.#workflow, this.#name, this.#alarm);
  readonly #reports = new Reports(this.#workspace);
  readonly #routes = agentRoutes(this.#workspace, this.#uploads);

  override async onStart(): Promise<void> {
    this.#workspace.publish();
    if (this.#workspace.imports.open() !== null) await this.#alarm.reconcileIn(1);
  }

  override async onConnect(): Promise<void> {
    if (this.#workspace.imports.open() !== null) await this.#alarm.reconcileIn(0);
  }

  override onRequest(request: Request): Response | Promise<Response> {
    return this.#routes.fetch(request);
  }

  /** Browsers see the state, they do not write it. */
  override validateStateChange(_next: WorkspaceState, source: unknown): void {
    if (source !== "server") throw new Error("The state of a workspace is read only.");
  }

  /** The alarm's. */
  reconcile(): Promise<void> {
    return this.#reconciler.reconcile();
  }

  // What a browser may ask for. -------------------------------------------------------------------------------------

  @callable()
  pause(importId: string): Promise<void> {
    return this.#command(() => this.#reconciler.hold("pause", importId));
  }

  @callable()
  resume(importId: string): Promise<void> {
    return this.#command(() => this.#reconciler.hold("resume", importId));
  }

  @callable()
  cancel(importId: string): Promise<void> {
    return this.#command(async () => {
      const record = this.#workspace.admit("cancel", importId);
      this.#workspace.end(record, "cancelled", null);
      if (record.queued) await this.#workflow.terminate(record.id);
    });
  }

  @callable()
  decide(importId: string, approved: boolean): Promise<void> {
    return this.#command(async () => {
      if (typeof approved !== "boolean") throw new Refusal("malformed", "A decision is true or false.", 400);
      const record = this.#workspace.admit("decide", importId);
      this.#workspace.imports.change(record.id, { decision: { approved, by: "person", at: Date.now() } });
      this.#workspace.publish();
      // Killed before the event is sent, the agent sends it when it compares itself with the workflow.
      await this.#alarm.reconcileIn(2);
      await this.#workflow.sendDecision(record.id);
    });
  }

  /** Takes an import that has ended out of the history, with all its rows. */
  @callable()
  remove(importId: string): Promise<void> {
    return this.#command(async () => this.#workspace.drop(this.#workspace.admit("remove", importId)));
  }

  // What the workflow reports. --------------------------------------------------------------------------------------

  beginReading(importId: string): Answer<number> {
    return this.#reports.beginReading(importId);
  }

  readPiece(importId: string, n: number): Answer<number> {
    return this.#reports.readPiece(importId, n);
  }

  inferColumns(importId: string): Answer<number> {
    return this.#reports.inferColumns(importId);
  }

  checkBatch(importId: string, n: number): Answer<number> {
    return this.#reports.checkBatch(importId, n);
  }

  askIfNeeded(importId: string): Answer<boolean> {
    return this.#reports.askIfNeeded(importId);
  }

  takeDecision(importId: string, timedOut: boolean): Answer<boolean> {
    return this.#reports.takeDecision(importId, timedOut);
  }

  loadBatch(importId: string, n: number): Answer<number> {
    return this.#reports.loadBatch(importId, n);
  }

  beginReport(importId: string): Answer<number> {
    return this.#reports.beginReport(importId);
  }

  describeColumn(importId: string, n: number): Answer<boolean> {
    return this.#reports.describeColumn(importId, n);
  }

  finish(importId: string): Answer<number> {
    return this.#reports.finish(importId);
  }

  reportFailure(importId: string, message: string): void {
    this.#reports.reportFailure(importId, message);
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

  #show(state: WorkspaceState): void {
    if (JSON.stringify(state) !== JSON.stringify(this.state)) this.setState(state);
  }
}
