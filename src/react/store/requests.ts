import type { AgentResponse, ClientMessage, RunView } from "../../agent/protocol.ts";
import { WorkflowError } from "../errors.ts";
import { meansDone, verdictOn } from "./after-reconnect.ts";

/** How long an answer may take, the wait for a connection included. */
export const ANSWER_WITHIN_MS = 30_000;

const LOST = "The connection was lost before the answer came. Look whether it was done before you try again.";

type Send = (text: string) => void;
type RunOf = (id: string) => RunView | undefined;

/** The answer to a request; null when the state has shown, instead of an answer, that it was done. */
export type Answer = Exclude<AgentResponse, { type: "error" }> | null;

interface Pending {
  readonly message: ClientMessage;
  readonly text: string;
  /** The run that it is about, when it was sent. */
  before: RunView | undefined;
  isSent: boolean;
  /** It was sent on a connection that is no more. */
  isInDoubt: boolean;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: WorkflowError) => void;
}

/** Requests on their way: kept until a connection takes them, matched with their answers, and never left open. */
export class Requests {
  readonly #pending = new Map<string, Pending>();
  // Answers of another page's requests do not come here, but a server may echo what it likes.
  readonly #prefix = randomHex(4);
  readonly #onSilence: () => void;
  #send: Send | undefined;
  #runOf: RunOf = () => undefined;
  #count = 0;

  /** @param onSilence called when something that was sent is not answered in time: the connection may be dead */
  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** @throws WorkflowError through the promise, whatever happens within `withinMs` at the latest */
  ask(message: ClientMessage, withinMs = ANSWER_WITHIN_MS): Promise<Answer> {
    const requestId = `${this.#prefix}-${++this.#count}`;
    return new Promise<Answer>((resolve, reject) => {
      const pending: Pending = {
        message,
        text: JSON.stringify({ ...message, requestId }),
        before: undefined,
        isSent: false,
        isInDoubt: false,
        timer: setTimeout(() => this.#giveUp(requestId, withinMs), withinMs),
        resolve,
        reject,
      };
      this.#pending.set(requestId, pending);
      this.#dispatch(pending);
    });
  }

  /** @returns false when nobody has asked for it, or does not wait any more */
  answer(requestId: string, answer: AgentResponse): boolean {
    const pending = this.#take(requestId);
    if (pending === undefined) return false;
    const { message } = pending;
    if (answer.type !== "error") pending.resolve(answer);
    else if (pending.isInDoubt && meansDone(message, answer.code)) pending.resolve(null);
    else pending.reject(new WorkflowError(answer.code, answer.message, aboutOf(message)));
    return true;
  }

  /** There is a connection and the agent's state has come over it. Before, nothing is sent. */
  connected(send: Send, runOf: RunOf): void {
    this.#send = send;
    this.#runOf = runOf;
    for (const [requestId, pending] of this.#pending) {
      if (pending.isInDoubt) this.#decide(requestId, pending);
      this.#dispatch(pending);
    }
  }

  disconnected(): void {
    this.#send = undefined;
    for (const [requestId, pending] of this.#pending) {
      if (!pending.isSent) continue;
      pending.isInDoubt = true;
      // No state will ever tell.
      if (pending.message.type === "sendEvent") this.#decide(requestId, pending);
    }
  }

  /** The connection will not come back. */
  close(reason: string): void {
    this.#send = undefined;
    for (const requestId of this.#pending.keys()) this.#reject(requestId, "closed", reason);
  }

  #dispatch(pending: Pending): void {
    if (pending.isSent || this.#send === undefined) return;
    pending.isSent = true;
    pending.before ??= "instanceId" in pending.message ? this.#runOf(pending.message.instanceId ?? "") : undefined;
    this.#send(pending.text);
  }

  #decide(requestId: string, pending: Pending): void {
    const { message, before } = pending;
    const after = "instanceId" in message ? this.#runOf(message.instanceId ?? "") : undefined;
    switch (verdictOn(message, before, after)) {
      case "done":
        this.#take(requestId)?.resolve(null);
        break;
      case "again":
        pending.isSent = false;
        break;
      case "lost":
        this.#reject(requestId, "lost", LOST);
        break;
    }
  }

  #giveUp(requestId: string, withinMs: number): void {
    const pending = this.#pending.get(requestId);
    const seconds = Math.round(withinMs / 1000);
    if (pending?.isSent === true && this.#send !== undefined) {
      this.#reject(requestId, "timeout", `The server has not answered within ${seconds} s. Look whether it was done.`);
      this.#onSilence();
    } else if (pending?.isInDoubt === true) {
      this.#reject(requestId, "lost", LOST);
    } else {
      this.#reject(requestId, "not_sent", `There was no connection for ${seconds} s, so it was not sent. Try again.`);
    }
  }

  #reject(requestId: string, code: "lost" | "timeout" | "not_sent" | "closed", text: string): void {
    const pending = this.#take(requestId);
    pending?.reject(new WorkflowError(code, text, aboutOf(pending.message)));
  }

  #take(requestId: string): Pending | undefined {
    const pending = this.#pending.get(requestId);
    this.#pending.delete(requestId);
    clearTimeout(pending?.timer);
    return pending;
  }
}

function aboutOf(message: ClientMessage): { action: string; runId: string | null } {
  return { action: message.type, runId: "instanceId" in message ? (message.instanceId ?? null) : null };
}

/** Random hexadecimal digits, also on pages without `crypto.randomUUID`: those that come over plain HTTP. */
export function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
