import { request } from "node:http";
import type { Binding, CallAnswer, CallRequest } from "../../fixtures/chaos-app/protocol.ts";
import type { ChaosServer } from "../server/chaos-server.ts";
import type { Chronicle } from "../record/chronicle.ts";
import type { HistoryEvent, LifeRecord, Method, Operation, Status, Try } from "../record/record.ts";

/** Longer than anything may take, the repetition of a lost call inside the server included. */
const ANSWER_WITHIN_MS = 90_000;

/** What came of one try. `unsent`: it cannot have reached the server. */
export type Answer = CallAnswer | "lost" | "unsent";

/** One try of an operation. */
export interface Attempt {
  /** For `sendEvent`: each try is another event. */
  readonly payload?: number;
  readonly send: () => Promise<Answer>;
}

/** Calls the application as anybody outside does, and records when each call was sent, answered or lost. */
export class Client {
  readonly #server: ChaosServer;
  readonly #chronicle: Chronicle;
  /** Told at once when an operation has been answered. */
  readonly #onAnswer: (method: Method) => void;

  constructor(server: ChaosServer, chronicle: Chronicle, onAnswer: (method: Method) => void = () => {}) {
    this.#server = server;
    this.#chronicle = chronicle;
    this.#onAnswer = onAnswer;
  }

  /** Tries until there is an answer, whatever happens to the server meanwhile. Resolves with the operation. */
  async operate(
    life: LifeRecord,
    facts: Omit<Operation, "tries">,
    attempt: () => Attempt = () => this.attempt(life, facts.method, []),
  ): Promise<Operation> {
    const operation: Operation = { ...facts, tries: [] };
    life.operations.push(operation);
    for (;;) {
      await this.#server.opened;
      const { payload, send } = attempt();
      const one: Try = { sentAt: Date.now(), ...(payload !== undefined && { payload }) };
      operation.tries.push(one);
      const answer = await send();
      one.endedAt = Date.now();
      if (answer === "unsent") operation.tries.pop();
      else if (answer === "lost") one.outcome = "lost";
      else if ("error" in answer) {
        one.outcome = "refused";
        one.refusal = answer.error.message;
        return operation;
      } else {
        one.outcome = "answered";
        this.#onAnswer(facts.method);
        return operation;
      }
    }
  }

  /** A call of a method of the run's binding or handle, or of the agent that commands it. */
  attempt({ binding, run, plan }: LifeRecord, method: Method, args: readonly unknown[], payload?: number): Attempt {
    const board = binding === "POSTER" ? { board: plan.hub } : {};
    const send = (): Promise<Answer> => this.#call({ binding, method, id: run, args, ...board });
    return payload === undefined ? { send } : { payload, send };
  }

  /** The same with a batch of one; what a batch leaves out is refused. */
  attemptBatch({ binding, run, plan }: LifeRecord, method: "createBatch" | "deleteBatch"): Attempt {
    const args = method === "createBatch" ? [[{ id: run, params: plan }]] : [[run]];
    const send = async (): Promise<Answer> => {
      const answer = await this.#call({ binding, method, id: run, args });
      if (typeof answer === "string" || "error" in answer || JSON.stringify(answer.value).includes(DONE[method](run))) {
        return answer;
      }
      return { error: { name: "Error", message: LEFT_OUT[method] } };
    };
    return { send };
  }

  /** What the API says of a run; `gone` when it says that there is none. */
  async status(life: LifeRecord): Promise<Status | "gone"> {
    const answer = await this.#ask({ binding: life.binding, method: "status", id: life.run });
    if ("value" in answer) return answer.value as Status;
    if (answer.error.message.includes("instance.not_found")) return "gone";
    throw new Error(`The status of ${life.run} was refused: ${answer.error.message}`);
  }

  /** Of a run that has ended. */
  async history(life: LifeRecord): Promise<HistoryEvent[]> {
    const answer = await this.#ask({ binding: life.binding, method: "history", id: life.run });
    if ("value" in answer) return answer.value as HistoryEvent[];
    throw new Error(`The history of ${life.run} was refused: ${answer.error.message}`);
  }

  /** Creates many runs at once; the ids that were made. For load that is no part of the record. */
  async createBatch(binding: Binding, batch: readonly object[]): Promise<string[]> {
    const answer = await this.#ask({ binding, method: "createBatch", id: "", args: [batch] });
    if ("value" in answer) return answer.value as string[];
    throw new Error(`A batch was refused: ${answer.error.message}`);
  }

  /** What a GET is answered with; undefined for what is not there. Asks again while the server is down. */
  async get(path: string): Promise<unknown> {
    for (;;) {
      await this.#server.opened;
      const answer = await send("GET", this.#server.url + path);
      if (typeof answer !== "string" && answer.status === 200) return JSON.parse(answer.body);
      if (typeof answer !== "string" && answer.status === 404) return undefined;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #ask(call: CallRequest): Promise<CallAnswer> {
    for (;;) {
      await this.#server.opened;
      const answer = await this.#call(call);
      if (typeof answer !== "string") return answer;
    }
  }

  async #call(call: CallRequest): Promise<Answer> {
    const answer = await send("POST", `${this.#server.url}/call`, JSON.stringify(call));
    if (answer === "late") {
      this.#chronicle.complain(`${call.method} of ${call.id} was not answered within ${ANSWER_WITHIN_MS} ms`);
      return "lost";
    }
    if (typeof answer === "string") {
      // Until the news of the server's end has come through.
      if (answer === "unsent") await new Promise((resolve) => setTimeout(resolve, 20));
      return answer;
    }
    if (answer.status === 200) return JSON.parse(answer.body) as CallAnswer;
    // The server fails where it is on its way down, and nowhere else.
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (this.#server.isOpen) {
      this.#chronicle.complain(`${call.method} of ${call.id} was answered with HTTP ${answer.status}: ${answer.body}`);
    }
    return "lost";
  }
}

/** What a batch answers of an id that it has done, as JSON. */
const DONE = {
  createBatch: (id: string) => `"${id}"`,
  deleteBatch: (id: string) => `"deleted":[{"id":"${id}"}]`,
} as const;

/** What it means when it does not. */
const LEFT_OUT = {
  createBatch: "(instance.already_exists) left out of the batch",
  deleteBatch: "(instance.not_found) left out of the batch",
} as const;

/** One connection for one request: a kept one might be closed by the other side just when it is used again. */
function send(
  method: "GET" | "POST",
  url: string,
  body?: string,
): Promise<{ status: number; body: string } | "lost" | "unsent" | "late"> {
  return new Promise((resolve) => {
    const sent = request(url, { method, agent: false, timeout: ANSWER_WITHIN_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", () => resolve("lost"));
      response.on("end", () => {
        if (response.complete) resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
        else resolve("lost");
      });
    });
    sent.on("timeout", () => {
      resolve("late");
      sent.destroy();
    });
    sent.on("error", (error) => {
      resolve("code" in error && error.code === "ECONNREFUSED" ? "unsent" : "lost");
    });
    sent.end(body);
  });
}
