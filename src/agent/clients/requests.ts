import type { Commands } from "../commands/commands.ts";
import { type Gate, pass } from "../commands/gate.ts";
import type { StartRequest } from "../commands/starter.ts";
import type { RunAction } from "../lifecycle.ts";
import type { AgentResponse, ClientMessage, RunSummary, RunView, StartMessage, WorkflowState } from "../protocol.ts";
import { Refusal } from "../refusal.ts";
import type { RunRecord } from "../store/run-record.ts";
import type { RunStore } from "../store/run-store.ts";
import { resultsPage, runsPage } from "./pages.ts";

/** Answers that carry the request's id. */
type Answer = Exclude<AgentResponse, { type: "connected" | "error" | "done" | "state_delta" }>;

/** What requests of clients need of the agent. */
export interface Desk<By> extends Gate<By> {
  readonly store: RunStore;
  readonly commands: Commands;
  start(request: StartRequest): Promise<string>;
  view(run: RunRecord): RunView;
  summary(run: RunRecord): RunSummary;
  state(): WorkflowState;
  /** The agent's name, which a run calls back with. */
  name(): string;
  /** Bindings of the workflows that clients may start; the first is the one that is meant when none is named. */
  workflows(): readonly string[];
}

/** Does what clients ask for, over a connection or over HTTP (`By`), and makes the answer. */
export class Requests<By> {
  readonly #desk: Desk<By>;

  constructor(desk: Desk<By>) {
    this.#desk = desk;
  }

  /**
   * @returns the answer; undefined when it shows in the state and the client has not asked to be told
   * @throws Refusal, and whatever goes wrong
   */
  async handle(by: By, message: ClientMessage): Promise<AgentResponse | undefined> {
    const answer = await this.#answer(by, message);
    const { requestId } = message;
    if (requestId === undefined) return answer;
    if (answer !== undefined) return { ...answer, requestId };
    return {
      type: "done",
      request: message.type,
      instanceId: "instanceId" in message ? (message.instanceId ?? "") : "",
      requestId,
    };
  }

  async #answer(by: By, message: ClientMessage): Promise<Answer | undefined> {
    const { store, commands } = this.#desk;
    switch (message.type) {
      case "start":
        return { type: "workflow_started", instanceId: await this.#start(by, message) };
      case "runs":
        await pass(this.#desk, by, "read", null);
        return { type: "runs", ...runsPage(store, (run) => this.#desk.summary(run), message.before, message.limit) };
      case "sync":
        await pass(this.#desk, by, "read", null);
        return { type: "state_update", state: this.#desk.state() };
      case "run":
        return { type: "run", run: this.#desk.view(await this.#admit(by, "read", message.instanceId)) };
      case "results": {
        const run = await this.#admit(by, "read", message.instanceId);
        return { type: "results", ...resultsPage(store, run, message.from, message.limit) };
      }
      case "status": {
        await this.#admit(by, "read", message.instanceId);
        const { status, output, error } = await commands.status(message.instanceId);
        const facts = { instanceId: message.instanceId, status, output };
        return { type: "workflow_status", ...facts, ...(error !== undefined && { error: error.message }) };
      }
      case "delete":
        return this.#do(by, message.type, message.instanceId, (run) => commands.remove(run));
      case "sendEvent":
        return this.#do(by, message.type, message.instanceId, (run) => commands.sendEvent(run, message.event));
      case "approve":
      case "reject": {
        const { type, instanceId, ...decision } = message;
        await this.#admit(by, type, instanceId);
        await commands.askedToDecide(instanceId, type === "approve", decision);
        return undefined;
      }
      case "pause":
      case "resume":
      case "cancel":
      case "restart":
      default:
        return this.#do(by, message.type, message.instanceId, (run) => commands[message.type](run));
    }
  }

  async #do(by: By, action: RunAction, id: string, work: (run: RunRecord) => void | Promise<void>): Promise<undefined> {
    await this.#admit(by, action, id);
    await this.#desk.commands.asked(action, id, work);
  }

  async #start(by: By, { workflow, instanceId, taskId, params }: StartMessage): Promise<string> {
    await pass(this.#desk, by, "start", null);
    const known = this.#desk.workflows();
    const chosen = workflow ?? known[0];
    if (chosen === undefined || !known.includes(chosen)) {
      throw new Refusal("unknown_workflow", `This agent starts ${known.join(", ")}; not "${chosen?.slice(0, 100)}".`);
    }
    return this.#desk.start({
      workflow: chosen,
      id: instanceId,
      // Whom it reports to is not the client's to say.
      params: (id) => ({ taskId: taskId ?? id, ...params, agentId: this.#desk.name() }),
      options: {},
    });
  }

  /** The run, when there is one and the client may do that with it. */
  async #admit(by: By, action: RunAction, id: string): Promise<RunRecord> {
    const run = this.#desk.commands.find(id);
    await pass(this.#desk, by, action, this.#desk.view(run));
    return this.#desk.commands.find(id);
  }
}
