import { WebSocket } from "ws";

export interface Message {
  type: string;
  [key: string]: unknown;
}

/** A WebSocket client that keeps every message it receives and lets a test wait for one. */
export class Client {
  readonly #socket: WebSocket;
  readonly messages: Message[] = [];
  readonly #listeners = new Set<() => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      this.messages.push(JSON.parse(data.toString("utf8")) as Message);
      for (const listener of this.#listeners) listener();
    });
  }

  static async connect(url: string): Promise<Client> {
    const socket = new WebSocket(url);
    const client = new Client(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return client;
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The first message, received or to come, that satisfies the condition. @throws after 30 s */
  async receive(condition: (message: Message) => boolean, after = 0): Promise<Message> {
    for (;;) {
      const found = this.messages.slice(after).find((message) => condition(message));
      if (found !== undefined) return found;
      await this.#next();
    }
  }

  #next(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`no such message came; the last ones: ${JSON.stringify(this.messages.slice(-5))}`));
      }, 30_000);
      const finish = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(listener);
      };
      const listener = (): void => {
        finish();
        resolve();
      };
      this.#listeners.add(listener);
    });
  }

  close(): void {
    this.#socket.close();
  }
}
