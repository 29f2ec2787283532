import { AsyncLocalStorage } from "node:async_hooks";
import { Agent, type AgentContext, type Connection, type ConnectionContext, type WSMessage } from "agents";
import type { RunWorkflowOptions, WorkflowCallback } from "agents/workflows";
import { answerHttp } from "./clients/http.ts";
import { Requests } from "./clients/requests.ts";
import { answerSocket, send } from "./clients/socket.ts";
import type { Decision } from "./commands/commands.ts";
import { initialWorkflowState } from "./current-run.ts";
import { Gateway } from "./gateway.ts";
import type { Action, RunView, WorkflowState } from "./protocol.ts";
import type { Bulletin, ReportOrigin } from "./reports/keyed-report.ts";
import { changesRunFields } from "./state/run-fields.ts";

/** Who asks for something: a connection, or a request over HTTP. */
export type Client = Connection | Request;

/** What `startRun` takes. */
export interface StartOptions {
  /** Name of the workflow's binding. Default: the agent's `workflow`. */
  workflow?: string;
  /** Id of the run. Default: a UUID. */
  id?: string;
  /** Default: the id. */
  taskId?: string;
  params?: Record<string, unknown>;
}

/**
 * An agent that is the gateway between its clients and workflows: it starts runs, takes what they report, and shows
 * every client live what becomes of them. A subclass names its workflow; that is all it must do.
 *
 * ```ts
 * export class ImportAgent extends WorkflowAgent<Env> {
 *   readonly workflow = "IMPORT"; // the binding in wrangler.jsonc
 * }
 * ```
 *
 * Its state is a {@link WorkflowState}, made from the runs. An application may add fields of its own, with `initialState`
 * and `setState`; the fields of the runs are not `setState`'s to change.
 */
export abstract class WorkflowAgent<
  Env extends Cloudflare.Env = Cloudflare.Env,
  State extends WorkflowState = WorkflowState,
  Props extends object = object,
> extends Agent<Env, State, Props> {
  /** Name of the binding of the workflow that is started when none is named. */
  abstract readonly workflow: string;
  /** Names of further bindings whose workflows clients may start. Code on the server may start any. Default: none. */
  readonly workflows: readonly string[] = [];

  override initialState: State = initialWorkflowState as State;

  /** How many results of a run its view shows: the newest. The others are read in pages. Default: 50. */
  readonly resultsInState: number = 50;
  /** How many characters of JSON these results have at most. Default: 16,384. */
  readonly resultBytesInState: number = 16_384;
  /** How many runs the state shows: those under way, then those that have ended last. Default: 20. */
  readonly runsInState: number = 20;
  /** How many runs may be under way at a time. Default: 100. */
  readonly maxLiveRuns: number = 100;
  /** How many runs that have ended are kept, with all their results; older ones are forgotten. Default: 1000. */
  readonly keptRuns: number = 1000;
  /** How many bytes a message of a client has at most, over HTTP as well. Default: 1,048,576. */
  readonly maxMessageBytes: number = 1_048_576;

  /** Out of the context of whoever is being served: the state is nobody's, and a read-only client may be the cause of it. */
  readonly #outside = AsyncLocalStorage.snapshot();
  readonly #gateway = new Gateway({
    storage: this.ctx.storage,
    limits: this,
    sdk: {
      run: (workflow, params, options) => super.runWorkflow(workflow, params, options),
      status: (workflow, id) => super.getWorkflowStatus(workflow, id),
      pause: (id) => super.pauseWorkflow(id),
      resume: (id) => super.resumeWorkflow(id),
      terminate: (id) => super.terminateWorkflow(id),
      restart: (id, options) => super.restartWorkflow(id, options),
      sendEvent: (workflow, id, event) => super.sendWorkflowEvent(workflow, id, event),
      forget: (id) => super.deleteWorkflow(id),
    },
    schedules: {
      list: async () => (await this.listSchedules()).filter(({ callback }) => callback === "reconcileRuns"),
      add: (seconds) => this.schedule(seconds, "reconcileRuns", "due", { idempotent: false }),
      cancel: (id) => this.cancelSchedule(id),
    },
    audience: {
      connections: () => this.#protocolConnections(),
      hasListener: () =>
        this.onStateChanged !== Agent.prototype.onStateChanged || this.onStateUpdate !== Agent.prototype.onStateUpdate,
      showState: (without) => this.#showState(without),
    },
    ends: {
      ended: (id, outcome) => this.onRunEnd(id, outcome),
      removed: (id) => this.onRunDelete(id),
    },
    onChange: () => this.#changed(),
    inBackground: (work) => this.#inBackground(work),
  });
  readonly #gate = {
    isReadonly: (by: Client) => !(by instanceof Request) && this.isConnectionReadonly(by),
    authorize: (by: Client, action: Action, run: RunView | null) => this.authorize(by, action, run),
  };
  readonly #requests = new Requests<Client>({
    ...this.#gate,
    store: this.#gateway.store,
    commands: this.#gateway.commands,
    start: (request) => this.#gateway.starter.start(request),
    view: (run) => this.#gateway.live.view(run),
    summary: (run) => this.#gateway.live.summary(run),
    state: () => this.state,
    name: () => this.name,
    workflows: () => [this.workflow, ...this.workflows],
  });

  /** Whether the SDK's copy of the state shows the runs as they are. */
  #isStored = false;
  /** Connections that the state is not sent to at the moment; "all" for nobody. */
  #without: readonly string[] | "all" = [];

  constructor(ctx: AgentContext, env: Env) {
    super(ctx, env);
    // A subclass that has an `onStart` of its own need not call this one.
    const onStart = this.onStart.bind(this);
    this.onStart = async (props?: Props) => {
      await onStart(props);
      this.#inBackground(() => this.#gateway.reconciler.compareAll());
    };
  }

  // What an application may decide. ---------------------------------------------------------------------------------

  /**
   * Whether a client may do something. By default everybody who reaches the agent may do everything, but for what a
   * read-only connection (`shouldConnectionBeReadonly`, `setConnectionReadonly`) may not do anyway.
   *
   * @param _by a connection, or the request when it comes over HTTP
   * @param _action what is asked for; `read` is any look at runs and state
   * @param _run the run it is about; null for `start`, for lists and for the state as a whole
   */
  authorize(_by: Client, _action: Action, _run: RunView | null): boolean | Promise<boolean> {
    return true;
  }

  /**
   * What the application has to say of a run beside what the run reports: `details` of its view, in the state and in every
   * list. It is asked for whenever a view is made, so it only reads, and answers with little: what JSON can carry, a few
   * hundred bytes. Default: nothing.
   */
  detailsOf(_id: string): unknown {
    return undefined;
  }

  /** To be called after what `detailsOf` says of a run has changed: the clients are told. */
  detailsChanged(id: string): void {
    this.#gateway.live.detailsChanged(id);
  }

  /**
   * A run has ended, in whatever way and whoever has found out. Called within the transaction that records it: what it
   * writes to this agent's storage is kept together with the run's end, or not at all. It cannot wait for anything.
   */
  onRunEnd(_id: string, _outcome: "complete" | "error" | "cancelled"): void {}

  /** A run has been forgotten, by a client, by `deleteWorkflow`, or because of `keptRuns`. Called as `onRunEnd` is. */
  onRunDelete(_id: string): void {}

  // Clients. --------------------------------------------------------------------------------------------------------

  override onConnect(connection: Connection, _ctx: ConnectionContext): void | Promise<void> {
    send(connection, { type: "connected", message: "Connected to WorkflowAgent", state: this.state });
  }

  /** A subclass that has messages of its own calls this for all the others. */
  override async onMessage(connection: Connection, message: WSMessage): Promise<void> {
    await answerSocket(this.#requests, connection, message, this.maxMessageBytes);
  }

  /** A subclass that has routes of its own calls this for all the others. */
  override async onRequest(request: Request): Promise<Response> {
    const { maxMessageBytes } = this;
    return answerHttp({ ...this.#gate, requests: this.#requests, state: () => this.state, maxMessageBytes }, request);
  }

  /** Clients see the state; they do not write it. */
  override validateStateChange(_next: State, source: Connection | "server"): void {
    if (source !== "server")
      throw new Error("The state of this agent is made on the server. Send it a message instead.");
  }

  // What runs report. -----------------------------------------------------------------------------------------------

  /** @param progress 0 to 100; default: as it was */
  async updateStep(stepName: string, progress?: number): Promise<void> {
    this.#gateway.reports.updateStep(stepName, progress);
  }

  /** @throws TypeError when the result is no JSON, or too large */
  async addResult(result: unknown): Promise<void> {
    this.#gateway.reports.addResult(result);
  }

  /** @param finalResult is added to the results, unless it is missing, null, false, 0 or empty */
  async completeWorkflow(finalResult?: unknown): Promise<void> {
    this.#gateway.reports.complete(finalResult);
  }

  async setWorkflowError(error: string): Promise<void> {
    this.#gateway.reports.fail(error);
  }

  /** What a `DurableWorkflow` calls in place of the agent's methods. @internal */
  async takeReport(origin: ReportOrigin, args: unknown[]): Promise<void> {
    await this.#gateway.takeReport(origin, args, {
      // The arguments are those that the workflow gave to the method of this name.
      report: (method, args) => (this[method].bind(this) as (...args: unknown[]) => Promise<void>)(...args),
      callback: (callback) => this.onWorkflowCallback(callback),
    });
  }

  /** What a `DurableWorkflow` says of itself. @internal */
  async takeBulletin(run: string, workflow: string, bulletin: Bulletin): Promise<void> {
    await this.#gateway.takeBulletin(run, workflow, bulletin);
  }

  override async onWorkflowCallback(callback: WorkflowCallback): Promise<void> {
    if (await this.#gateway.takeCallback(callback)) await super.onWorkflowCallback(callback);
  }

  /** The run's view shows the error. */
  override async onWorkflowError(_workflowName: string, _workflowId: string, _error: string): Promise<void> {}

  // What code on the server may do. ---------------------------------------------------------------------------------

  /**
   * Starts a run as a client does, its params with `taskId` and `agentId`.
   *
   * @returns the run's id
   */
  async startRun({ workflow = this.workflow, id, taskId, params }: StartOptions = {}): Promise<string> {
    const paramsOf = (id: string): object => ({ taskId: taskId ?? id, ...params, agentId: this.name });
    return this.#gateway.starter.start({ workflow, id, params: paramsOf, options: {} });
  }

  /** As in the SDK, with the run tracked as a client's is. */
  override async runWorkflow(workflow: string, params: unknown, options: RunWorkflowOptions = {}): Promise<string> {
    const { id, ...rest } = options;
    return this.#gateway.starter.start({ workflow, id, prefix: "wf_", params: () => params, options: rest });
  }

  // Runs that were started before this class was the agent's are known to the SDK alone.

  override async pauseWorkflow(id: string): Promise<void> {
    const run = this.#gateway.store.get(id);
    await (run === undefined ? super.pauseWorkflow(id) : this.#gateway.commands.pause(run));
  }

  override async resumeWorkflow(id: string): Promise<void> {
    const run = this.#gateway.store.get(id);
    await (run === undefined ? super.resumeWorkflow(id) : this.#gateway.commands.resume(run));
  }

  override async terminateWorkflow(id: string): Promise<void> {
    const run = this.#gateway.store.get(id);
    await (run === undefined ? super.terminateWorkflow(id) : this.#gateway.commands.cancel(run));
  }

  override async restartWorkflow(id: string, options?: { resetTracking?: boolean }): Promise<void> {
    const run = this.#gateway.store.get(id);
    await (run === undefined ? super.restartWorkflow(id, options) : this.#gateway.commands.restart(run, options));
  }

  override async approveWorkflow(id: string, decision: Decision = {}): Promise<void> {
    const run = this.#gateway.store.get(id);
    await (run === undefined
      ? super.approveWorkflow(id, decision)
      : this.#gateway.commands.decide(run, true, decision));
  }

  override async rejectWorkflow(id: string, decision: Decision = {}): Promise<void> {
    const run = this.#gateway.store.get(id);
    await (run === undefined
      ? super.rejectWorkflow(id, decision)
      : this.#gateway.commands.decide(run, false, decision));
  }

  override async sendWorkflowEvent(
    workflow: string,
    id: string,
    event: { type: string; payload: unknown },
  ): Promise<void> {
    const run = this.#gateway.store.get(id);
    await (run?.workflow === workflow
      ? this.#gateway.commands.sendEvent(run, event)
      : super.sendWorkflowEvent(workflow, id, event));
  }

  /** Forgets a run and its results, in whatever state it is; the engine keeps what it has. @returns whether there was one */
  override deleteWorkflow(id: string): boolean {
    const run = this.#gateway.store.get(id);
    if (run === undefined) return super.deleteWorkflow(id);
    this.#gateway.commands.remove(run);
    return true;
  }

  override deleteWorkflows(criteria?: Parameters<Agent["deleteWorkflows"]>[0]): number {
    const deleted = super.deleteWorkflows(criteria);
    this.#gateway.store.removeUntracked();
    return deleted;
  }

  override migrateWorkflowBinding(oldName: string, newName: string): number {
    const migrated = super.migrateWorkflowBinding(oldName, newName);
    this.#gateway.store.rename(oldName, newName);
    return migrated;
  }

  /** One run as clients see it; undefined when the agent does not know it. */
  getRun(id: string): RunView | undefined {
    const run = this.#gateway.store.get(id);
    return run === undefined ? undefined : this.#gateway.live.view(run);
  }

  /**
   * Compares the runs that may be under way with the workflow engine, `all` of them or those that have been silent for so
   * long that it is due. The agent does so by itself when it starts and in time.
   */
  async reconcileRuns(which: "all" | "due" = "all"): Promise<void> {
    await (which === "all" ? this.#gateway.reconciler.compareAll() : this.#gateway.reconciler.onAlarm());
  }

  // The state. ------------------------------------------------------------------------------------------------------

  override get state(): State {
    if (!this.#isStored) {
      const before = super.state;
      const next = { ...before, ...this.#gateway.live.fields() };
      this.#isStored = true;
      if (JSON.stringify(next) !== JSON.stringify(before)) this.#storeState(next, "all");
    }
    return super.state;
  }

  /**
   * Changes the fields that the application has beside those of the runs.
   *
   * @throws TypeError when it would change those of the runs
   */
  override setState(state: State): void {
    const before = this.state;
    if (changesRunFields(before, state)) {
      throw new TypeError(
        "The runs' fields of the state are made from what runs report and what is done to them. " +
          "Call updateStep, addResult, completeWorkflow, setWorkflowError, or pauseWorkflow and the like.",
      );
    }
    super.setState({ ...state, ...this.#gateway.live.fields() });
  }

  override broadcast(message: string | ArrayBuffer | ArrayBufferView, without?: string[]): void {
    if (this.#without === "all") return;
    super.broadcast(message, this.#without.length === 0 ? without : [...(without ?? []), ...this.#without]);
  }

  #changed(): void {
    this.#isStored = false;
    this.#outside(() => this.#gateway.publisher.request());
  }

  #showState(without: readonly string[]): void {
    this.#isStored = true;
    this.#storeState({ ...super.state, ...this.#gateway.live.fields() }, without);
  }

  #storeState(state: State, without: readonly string[] | "all"): void {
    this.#without = without;
    try {
      this.#outside(() => super.setState(state));
    } finally {
      this.#without = [];
    }
  }

  *#protocolConnections(): Iterable<Connection> {
    for (const connection of this.getConnections()) {
      if (this.isConnectionProtocolEnabled(connection)) yield connection;
    }
  }

  /** After what is being done now. */
  #inBackground(work: () => Promise<void>): void {
    const done = Promise.resolve()
      .then(() => this.#outside(work))
      .catch((error: unknown) => {
        console.error(`Agent "${this.name}":`, error);
      });
    this.ctx.waitUntil(done);
  }
}
