import { vi } from "vitest";
import { WebSocket } from "ws";
import type { AgentResponse, ClientMessage, RunView, WorkflowState } from "pawl/agent";
import { applyDelta } from "../../src/agent/apply-delta.ts";
import type { Part } from "../fixtures/gateway-app/program.ts";

export type State = WorkflowState & { theme: string };

type Message = { type: string; [fact: string]: unknown };
/** Without the type, a conditional one, every request would have to have every field. */
type Request = ClientMessage extends infer M ? (M extends { type: string } ? Omit<M, "requestId"> : never) : never;

const PATIENCE_MS = 30_000;

/** A plain WebSocket to an agent that keeps all it receives. */
export class GatewayClient {
  readonly messages: Message[] = [];
  /** Length of each message in bytes. */
  readonly lengths: number[] = [];
  /** The state as it is known here: whole states, and deltas applied to them. */
  state: State | undefined;
  /** Every state that was known here. */
  readonly states: State[] = [];
  closed: { code: number } | undefined;
  readonly #socket: WebSocket;
  readonly #listeners = new Set<() => void>();
  #requests = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString("utf8")) as Message;
      this.messages.push(message);
      this.lengths.push(data.length);
      this.#follow(message);
      for (const listener of this.#listeners) listener();
    });
    socket.on("close", (code) => {
      this.closed = { code };
      for (const listener of this.#listeners) listener();
    });
  }

  /** @param path after `/agents/`, with a query */
  static async connect(url: string, path: string): Promise<GatewayClient> {
    const socket = new WebSocket(`${url.replace("http", "ws")}/agents/${path}`);
    const client = new GatewayClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    await client.until(() => client.messages.find(({ type }) => type === "connected"));
    return client;
  }

  /** Sends whatever it is. */
  send(message: unknown): void {
    const isRaw = typeof message === "string" || message instanceof Uint8Array;
    this.#socket.send(isRaw ? message : JSON.stringify(message));
  }

  /** Sends a message and resolves with the answer to it, which may be an error. */
  async ask(message: Request): Promise<Extract<AgentResponse, { requestId?: string }>> {
    const requestId = `request-${++this.#requests}`;
    this.send({ ...message, requestId });
    const answer = await this.until(() => this.messages.find((answer) => answer["requestId"] === requestId));
    return answer as Extract<AgentResponse, { requestId?: string }>;
  }

  /** As `ask`. @throws when the answer is an error */
  async must(message: Request): Promise<Extract<AgentResponse, { requestId?: string }>> {
    const answer = await this.ask(message);
    if (answer.type === "error") throw new Error(`${answer.code}: ${answer.message}`);
    return answer;
  }

  /** Starts a run and resolves with its id. */
  async start(
    program: Part[],
    more: { workflow?: string; instanceId?: string; params?: object } = {},
  ): Promise<string> {
    const { params, ...rest } = more;
    const answer = await this.must({ type: "start", params: { program, ...params }, ...rest });
    if (answer.type !== "workflow_started") throw new Error(`start was answered with ${answer.type}`);
    return answer.instanceId;
  }

  /** Calls a method of the agent that is there for clients of the SDK. */
  async call(method: string, ...args: unknown[]): Promise<unknown> {
    const id = `call-${++this.#requests}`;
    this.send({ type: "rpc", id, method, args });
    const answer = await this.until(() => this.messages.find((answer) => answer.type === "rpc" && answer["id"] === id));
    if (answer["success"] !== true) throw new Error(String(answer["error"]));
    return answer["result"];
  }

  /** The state's view of a run, now. */
  run(id: string): RunView | undefined {
    return this.state?.runs.find((run) => run.id === id);
  }

  /** Resolves with the first view of a run that fits, of those to come and the present one. */
  async untilRun(id: string, fits: (run: RunView) => boolean): Promise<RunView> {
    return this.until(() => {
      const run = this.run(id);
      return run !== undefined && fits(run) ? run : undefined;
    });
  }

  async untilState(fits: (state: State) => boolean): Promise<State> {
    return this.until(() => (this.state !== undefined && fits(this.state) ? this.state : undefined));
  }

  async untilAwaited(gate: string): Promise<void> {
    await vi.waitFor(
      async () => {
        if ((await this.call("isAwaited", gate)) !== true) throw new Error(`nobody waits at ${gate}`);
      },
      { timeout: PATIENCE_MS, interval: 20 },
    );
  }

  /** Resolves with what is found, now or after a message. @throws after 30 s, with the last messages */
  async until<T>(find: () => T | undefined): Promise<T> {
    const found = find();
    if (found !== undefined) return found;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#listeners.delete(listener);
        reject(new Error(`not seen; the last messages: ${JSON.stringify(this.messages.slice(-3)).slice(0, 2000)}`));
      }, PATIENCE_MS);
      const listener = (): void => {
        const found = find();
        if (found === undefined) return;
        clearTimeout(timer);
        this.#listeners.delete(listener);
        resolve(found);
      };
      this.#listeners.add(listener);
    });
  }

  close(): void {
    // Without a code, the server does not answer, and the socket stays half open for half a minute.
    this.#socket.close(1000);
  }

  #follow(message: Message): void {
    if (message.type === "cf_agent_state") this.state = message["state"] as State;
    else if (message.type === "state_delta" && this.state !== undefined) {
      this.state = applyDelta(this.state, message as unknown as Parameters<typeof applyDelta>[1]);
    } else return;
    this.states.push(this.state);
  }
}
