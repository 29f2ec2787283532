import type { ClientMessage, RunView, RunsPage, WorkflowState } from "../../agent/protocol.ts";
import { asError, ignoreWorkflowError, WorkflowError } from "../errors.ts";
import { type ActionName, begun, cleared, ended } from "./action-states.ts";
import type { AgentOptions } from "./address.ts";
import { type ConnectionEvent, nextStatus } from "./connection-status.ts";
import { readIncoming } from "./incoming.ts";
import { Lookups } from "./lookups.ts";
import { withDelta, withState } from "./next-state.ts";
import { Ranges } from "./ranges.ts";
import { type Answer, Requests } from "./requests.ts";
import { type Snapshot, UNKNOWN } from "./snapshot.ts";
import { openSocket, type OpenSocket, type Socket } from "./socket.ts";
import { onWakeUp } from "./wake-ups.ts";

/** How long a connection that is in doubt has to answer. */
const PROBE_MS = 5000;

/**
 * One agent as a page sees it: one connection, one state, whoever looks at it. Knows nothing of React.
 *
 * The agent sends its whole state at the start of every connection, then what changes, in order; so the state after a
 * reconnection is the agent's, whatever was missed meanwhile.
 */
export class WorkflowStore {
  readonly #options: () => AgentOptions;
  readonly #openSocket: OpenSocket;
  readonly #listeners = new Set<() => void>();
  readonly #requests = new Requests(() => this.#socket?.reconnect());
  readonly #lookups = new Lookups(this.#ask.bind(this), (lookups) => this.#set({ lookups }));
  readonly #ranges = new Ranges(this.#ask.bind(this), (ranges) => this.#set({ ranges }));
  #snapshot: Snapshot = UNKNOWN;
  #socket: Socket | undefined;
  #stopWakeUps: (() => void) | undefined;
  #isSyncing = false;
  #errors = 0;

  /** @param options of the one that asks now; what they say of the token may change, the rest may not */
  constructor(options: () => AgentOptions, socket: OpenSocket = openSocket) {
    this.#options = options;
    this.#openSocket = socket;
  }

  // Bound, because React takes them as functions.
  readonly getSnapshot = (): Snapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Whether something is under way that would be lost by closing. */
  get isBusy(): boolean {
    return this.#requests.size > 0;
  }

  open(): void {
    if (this.#socket !== undefined) return;
    this.#move("wanted");
    this.#socket = this.#openSocket(this.#options, {
      // What is sent waits for the state, so that it can be told what it did.
      opened: () => {},
      received: (data) => this.#receive(data),
      lost: (reason) => this.#lose(reason),
      refused: (reason) => this.#refuse(reason),
    });
    this.#stopWakeUps = onWakeUp(() => this.#probe());
  }

  close(): void {
    this.#stop("The connection to the agent was closed.");
    this.#move("unwanted");
  }

  /** Tries again after a refusal. */
  reopen(): void {
    if (this.#socket === undefined) this.open();
    else this.#socket.reconnect();
  }

  /** Sends what is asked of a run, or of the agent under the id "", and shows that it is under way. */
  async act(action: ActionName, runId: string, message: ClientMessage): Promise<Answer> {
    return this.#show(action, runId, () => this.#ask(message));
  }

  /** @throws WorkflowError */
  async runs(before: number | undefined, limit: number | undefined): Promise<RunsPage> {
    const answer = await this.#ask({
      type: "runs",
      ...(before !== undefined && { before }),
      ...(limit !== undefined && { limit }),
    });
    if (answer?.type !== "runs") throw new WorkflowError("internal", "The answer was no page.", { action: "runs" });
    return { runs: answer.runs, total: answer.total, next: answer.next };
  }

  /** Gets the page of results before those that are known. */
  async loadEarlier(runId: string, limit: number): Promise<void> {
    await this.#show("load", runId, () => this.#ranges.loadEarlier(runId, limit));
  }

  forgetError(runId: string): void {
    this.#set({ actions: cleared(this.#snapshot.actions, runId) });
  }

  /** Keeps a run known whether the state shows it or not. @returns what ends it */
  watch(runId: string): () => void {
    return this.#lookups.watch(runId);
  }

  async #show<T>(action: ActionName, runId: string, work: () => Promise<T>): Promise<T> {
    this.#set({ actions: begun(this.#snapshot.actions, runId, action) });
    try {
      const result = await work();
      this.#set({ actions: ended(this.#snapshot.actions, runId, action, null) });
      return result;
    } catch (cause) {
      const code = cause instanceof WorkflowError ? cause.code : "internal";
      const about = { action, runId: runId === "" ? null : runId };
      const error = new WorkflowError(code, asError(cause).message, about, { cause });
      this.#set({ actions: ended(this.#snapshot.actions, runId, action, { error, number: ++this.#errors }) });
      throw error;
    }
  }

  #ask(message: ClientMessage, withinMs?: number): Promise<Answer> {
    if (this.#socket !== undefined) return this.#requests.ask(message, withinMs);
    const why = this.#snapshot.connectionError?.message ?? "There is no connection to the agent.";
    return Promise.reject(new WorkflowError("closed", why, { action: message.type }));
  }

  #receive(data: unknown): void {
    const incoming = readIncoming(data);
    switch (incoming?.kind) {
      case "state":
        this.#know(withState(this.#snapshot.state, incoming.state));
        if (incoming.requestId !== undefined) {
          this.#requests.answer(incoming.requestId, { type: "state_update", state: incoming.state });
        }
        break;
      case "delta":
        // What comes before the state is in the state.
        if (this.#snapshot.state !== null && this.#snapshot.connection === "live") {
          const { state, isIncomplete } = withDelta(this.#snapshot.state, incoming.delta);
          this.#know(state);
          if (isIncomplete) this.#sync();
        }
        break;
      case "answer":
        this.#requests.answer(incoming.requestId, incoming.answer);
        break;
      case "foreign":
        this.#refuse(
          new Error(
            "This agent does not say what its runs are. useWorkflow needs one that extends WorkflowAgent of pawl/agent.",
          ),
        );
        break;
      case undefined:
    }
  }

  #know(state: WorkflowState): void {
    const wasLive = this.#snapshot.connection === "live";
    if (!wasLive || state !== this.#snapshot.state) {
      this.#set({ state, connection: nextStatus(this.#snapshot.connection, "known"), connectionError: null });
    }
    this.#lookups.update(state, !wasLive);
    this.#ranges.update(state.runs);
    if (!wasLive)
      this.#requests.connected(
        (text) => this.#socket?.send(text),
        (id) => this.#runOf(id),
      );
  }

  #lose(reason: Error): void {
    this.#move("lost", reason);
    this.#isSyncing = false;
    this.#requests.disconnected();
  }

  #refuse(reason: Error): void {
    this.#stop(reason.message);
    this.#move("refused", reason);
  }

  #stop(why: string): void {
    this.#stopWakeUps?.();
    this.#stopWakeUps = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#isSyncing = false;
    this.#lookups.stop();
    this.#requests.close(why);
  }

  /** Asks for the whole state, once at a time. */
  #sync(): void {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    this.#ask({ type: "sync" }, PROBE_MS)
      // Refused, it has shown that the connection lives; not answered, the connection has been made anew.
      .catch(ignoreWorkflowError)
      .finally(() => {
        this.#isSyncing = false;
      });
  }

  /** Finds out whether the connection is alive, and makes it anew where it is not. */
  #probe(): void {
    if (this.#snapshot.connection === "live") this.#sync();
    else this.#socket?.reconnect();
  }

  #runOf(id: string): RunView | undefined {
    return this.#snapshot.state?.runs.find((run) => run.id === id);
  }

  #move(event: ConnectionEvent, reason: Error | null = null): void {
    this.#set({ connection: nextStatus(this.#snapshot.connection, event), connectionError: reason });
  }

  #set(changes: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...changes };
    for (const listener of this.#listeners) listener();
  }
}
