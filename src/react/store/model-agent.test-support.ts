import { currentRunFields } from "../../agent/current-run.ts";
import type {
  AgentResponse,
  ClientMessage,
  RunChange,
  RunView,
  StateDelta,
  WorkflowState,
} from "../../agent/protocol.ts";
import { WorkflowStore } from "./workflow-store.ts";
import type { OpenSocket, SocketListener } from "./socket.ts";
import { vi } from "vitest";
import { runView } from "./run-view.test-support.ts";

const RESULTS_IN_STATE = 3;
const RUNS_IN_STATE = 4;

interface ModelRun extends Omit<RunView, "results" | "totalResults"> {
  all: unknown[];
}

type Sent = ClientMessage & { requestId: string };

/**
 * An agent in memory that speaks the protocol over a socket that tests cut and make. Nothing happens by itself: deltas
 * go out at `flush`, requests are served one by one.
 */
export class ModelAgent {
  readonly runs: ModelRun[] = [];
  /** Events that were accepted, per run. */
  readonly events: string[] = [];
  /** Requests that have reached the agent and are not served. */
  readonly inbox: Sent[] = [];
  current: string | null = null;
  #listener: SocketListener | undefined;
  #isConnected = false;
  /** What the client has been told, by this connection. */
  #told: WorkflowState | undefined;
  #clock = 0;
  #lastNumber = 0;
  connections = 0;

  readonly open: OpenSocket = (_options, listener) => {
    this.#listener = listener;
    return {
      send: (text) => {
        if (this.#isConnected) this.inbox.push(JSON.parse(text) as Sent);
      },
      reconnect: () => this.cut(),
      close: () => {
        this.#isConnected = false;
        this.#listener = undefined;
      },
    };
  };

  // The connection. -------------------------------------------------------------------------------------------------

  connect(): void {
    if (this.#isConnected || this.#listener === undefined) return;
    this.#isConnected = true;
    this.connections++;
    this.#listener.opened();
    this.#tellAll("cf_agent_state");
    this.#tellAll("connected");
  }

  /** What was not served is lost, and what was served is not told. */
  cut(): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    this.inbox.length = 0;
    this.#told = undefined;
    this.#listener?.lost(new Error("cut"));
  }

  /** Sends what has changed, if anybody is there to hear it. */
  flush(): void {
    if (this.#told === undefined) return;
    const before = new Map(this.#told.runs.map((run) => [run.id, run]));
    const state = this.state();
    const delta: StateDelta = { type: "state_delta", current: this.current, totalRuns: this.runs.length };
    const isNew = (run: RunView): boolean => before.get(run.id)?.startedAt !== run.startedAt;
    delta.added = state.runs.filter(isNew);
    delta.changed = state.runs.filter((run) => !isNew(run)).map((run) => changeOf(before.get(run.id) ?? run, run));
    delta.gone = [...before.keys()].filter((id) => !state.runs.some((run) => run.id === id));
    this.#told = state;
    this.#tell(delta);
  }

  /** Serves the oldest request that has come. @returns false when there is none */
  serve(isAnswered = true): boolean {
    const message = this.inbox.shift();
    if (message === undefined) return false;
    const answer = this.#do(message);
    if (isAnswered) this.#tell({ ...answer, requestId: message.requestId });
    return true;
  }

  /** Sends anything at all. */
  say(message: object): void {
    this.#tell(message);
  }

  state(): WorkflowState {
    const newest = this.runs.toReversed().map(viewOf);
    const live = newest.filter(({ endedAt }) => endedAt === null);
    const foremost = new Set([...new Set([...live, ...newest])].slice(0, RUNS_IN_STATE));
    const runs = newest.filter((run) => foremost.has(run));
    return { ...currentRunFields(runs.find(({ id }) => id === this.current)), runs, totalRuns: this.runs.length };
  }

  view(id: string): RunView | undefined {
    const run = this.runs.find((one) => one.id === id);
    return run && viewOf(run);
  }

  // What happens to the runs. ---------------------------------------------------------------------------------------

  start(id: string): void {
    const {
      results: _results,
      totalResults: _total,
      ...run
    } = runView(++this.#lastNumber, { id, startedAt: ++this.#clock });
    this.runs.push({ ...run, all: [] });
    this.current = id;
  }

  change(place: number, more: Partial<ModelRun>): void {
    const run = this.runs[place];
    if (run !== undefined) Object.assign(run, { updatedAt: ++this.#clock, ...more });
  }

  addResults(place: number, count: number): void {
    const all = this.runs[place]?.all;
    for (let n = 0; n < count; n++) all?.push(`${this.runs[place]?.id} ${all.length}`);
    this.change(place, {});
  }

  restart(place: number): void {
    const run = this.runs[place];
    if (run === undefined) return;
    this.change(place, {
      all: [],
      status: "running",
      step: null,
      progress: 0,
      endedAt: null,
      startedAt: ++this.#clock,
    });
    this.current = run.id;
  }

  #do(message: Sent): AgentResponse {
    const refused = (code: "unknown_run" | "id_taken" | "not_now") =>
      ({ type: "error", code, message: code }) as const satisfies AgentResponse;
    if (message.type === "sync") return { type: "state_update", state: this.#synced() };
    if (message.type === "runs") return { type: "runs", runs: [], total: this.runs.length, next: null };
    if (message.type === "start") {
      const id = message.instanceId ?? "";
      if (this.runs.some((run) => run.id === id)) return refused("id_taken");
      this.start(id);
      return { type: "workflow_started", instanceId: id };
    }
    const place = this.runs.findIndex(({ id }) => id === message.instanceId);
    const run = this.runs[place];
    if (run === undefined) return refused("unknown_run");
    const { requestId, instanceId } = message;
    switch (message.type) {
      case "run":
        return { type: "run", run: viewOf(run) };
      case "results": {
        const { from = 0, limit = 50 } = message;
        return { type: "results", instanceId, from, results: run.all.slice(from, from + limit), total: run.all.length };
      }
      case "sendEvent":
        this.events.push(`${instanceId} ${message.event.type}`);
        break;
      case "pause":
        if (run.status !== "running") return refused("not_now");
        this.change(place, { status: "paused" });
        break;
      case "cancel":
        if (run.endedAt !== null) return refused("not_now");
        this.change(place, { status: "cancelled", endedAt: ++this.#clock });
        break;
      case "restart":
        this.restart(place);
        break;
      case "status":
      case "resume":
      case "approve":
      case "reject":
      case "delete":
        throw new Error(`The model does not know "${message.type}".`);
    }
    return { type: "done", request: message.type, instanceId, requestId };
  }

  #synced(): WorkflowState {
    this.#told = this.state();
    return this.#told;
  }

  #tellAll(type: string): void {
    this.#tell({ type, state: this.#synced() });
  }

  #tell(message: object): void {
    if (this.#isConnected) this.#listener?.received(JSON.stringify(message));
  }
}

function viewOf({ all, ...run }: ModelRun): RunView {
  return { ...run, results: all.slice(-RESULTS_IN_STATE), totalResults: all.length };
}

function changeOf(before: RunView, { id, number: _number, results, totalResults, ...fields }: RunView): RunChange {
  const added = totalResults - before.totalResults;
  if (added === 0) return { id, ...fields };
  return { id, ...fields, results: { total: totalResults, newest: results.slice(-added), kept: results.length } };
}

export function connected(): { agent: ModelAgent; store: WorkflowStore } {
  const agent = new ModelAgent();
  const store = new WorkflowStore(() => ({ agent: "A" }), agent.open);
  store.open();
  agent.connect();
  return { agent, store };
}

/** Lets everything be served that is asked for, and everything be told that has changed. For tests with fake timers. */
export async function settle(agent: ModelAgent): Promise<void> {
  do await vi.advanceTimersByTimeAsync(0);
  while (agent.serve());
  agent.flush();
  await vi.advanceTimersByTimeAsync(0);
}
