import { AgentClient } from "agents/client";
import { vi } from "vitest";
import { WebSocket } from "ws";
import type {
  EngineStatus,
  Heard,
  HeardMessage,
  OfficeMethods,
  OfficeState,
  WorkflowBinding,
} from "../fixtures/agents-sdk-app/protocol.ts";

/** Where an agent lives: at the root of the application, or in other agents. */
export interface Origin {
  readonly origin: string;
  /** Class names of the agents on the way from the root's children to it. */
  readonly within: readonly string[];
}

export const ORIGINS: readonly Origin[] = [
  { origin: "an agent", within: [] },
  { origin: "a sub-agent", within: ["clerk"] },
  { origin: "a sub-agent of a sub-agent", within: ["clerk", "clerk"] },
];

const PATIENCE_MS = 20_000;

/** The SDK's own client, connected to one agent of the application. */
export class OfficeClient {
  readonly client: AgentClient<OfficeState>;
  /** Methods of the agent. A call rejects with what the agent has thrown. */
  readonly call: OfficeMethods;
  /** Every state that has come from the server. */
  readonly states: OfficeState[] = [];
  /** Every message that is no business of the SDK. */
  readonly messages: { type: string; [key: string]: unknown }[] = [];
  readonly #listeners = new Set<() => void>();

  readonly #path: string;

  private constructor(url: string, name: string, { within }: Origin) {
    this.#path = within.map((agent, depth) => `sub/${agent}/${name}-${depth}`).join("/");
    this.client = new AgentClient<OfficeState>({
      host: url,
      protocol: "ws",
      agent: "Desk",
      name,
      path: this.#path,
      WebSocket,
      minReconnectionDelay: 50,
      maxReconnectionDelay: 50,
      onStateUpdate: (state) => this.states.push(state),
    });
    // Not every method of the agent is there to be called by clients, so the names and types are the protocol's.
    this.call = this.client.stub as unknown as OfficeMethods;
    this.client.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as { type: string };
      if (message.type.startsWith("cf_agent_") || message.type === "rpc") return;
      this.messages.push(message);
      for (const listener of this.#listeners) listener();
    });
  }

  static async connect(url: string, name: string, origin: Origin): Promise<OfficeClient> {
    const client = new OfficeClient(url, name, origin);
    await client.#untilIdentified();
    return client;
  }

  /** What the agent has heard of one instance, in order. */
  async heard(id: string): Promise<Heard[]> {
    return (await this.call.heard()).filter((heard) => heard.id === id);
  }

  /** Values of one kind that the agent has heard of an instance. */
  async heardOf(id: string, kind: Heard["kind"]): Promise<unknown[]> {
    return (await this.heard(id)).filter((heard) => heard.kind === kind).map(({ value }) => value);
  }

  /** Resolves when the agent has heard something of an instance that fits, before this call or after it. */
  async untilHeard(id: string, kind: Heard["kind"], value?: unknown): Promise<void> {
    const fits = (heard: Heard): boolean =>
      heard.id === id && heard.kind === kind && (value === undefined || heard.value === value);
    let told: () => void = () => undefined;
    const message = new Promise<void>((resolve) => {
      told = resolve;
    });
    const listener = (): void => {
      if (this.messages.some((message) => message.type === "heard" && fits((message as unknown as HeardMessage).heard)))
        told();
    };
    this.#listeners.add(listener);
    try {
      // The agent keeps it before it tells it, so it is either there already or yet to be told.
      if (!(await this.call.heard()).some(fits)) await within(message, `${kind} ${String(value)} of ${id}`);
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** Resolves when an instance has a status. Asks past the SDK, whose tracking table stays as it is. */
  async untilStatus(workflow: WorkflowBinding, id: string, status: string): Promise<EngineStatus> {
    return eventually(async () => {
      const seen = await this.call.look(workflow, id);
      if (seen.status !== status) throw new Error(`${id} is ${seen.status}, not ${status}`);
      return seen;
    });
  }

  /** Looks for the server elsewhere from now on; the connection must have been lost. */
  async follow(url: string): Promise<void> {
    this.client.updateProperties({ host: url, path: this.#path });
    await this.#untilIdentified();
  }

  /** The client's own promise `ready` is replaced, and never settles, when an attempt that is under way fails. */
  async #untilIdentified(): Promise<void> {
    await eventually(() => {
      if (!this.client.identified) throw new Error("the agent has not said who it is");
    });
  }

  close(): void {
    this.client.close();
  }
}

/** Resolves when a check passes. @throws what it last threw, after 20 s */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { interval: 10, timeout: PATIENCE_MS });
}

async function within(event: Promise<void>, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the agent was not told: ${what}`)), PATIENCE_MS);
  });
  try {
    await Promise.race([event, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
