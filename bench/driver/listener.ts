import { WebSocket } from "ws";

/** Counts what it receives, and looks for a step in it without parsing: the driver shall not be what is measured. */
export class Listener {
  bytes = 0;
  messages = 0;
  readonly #socket: WebSocket;
  #awaited: { text: Buffer; seen: () => void } | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      this.bytes += data.length;
      this.messages++;
      if (this.#awaited !== undefined && data.includes(this.#awaited.text)) this.#awaited.seen();
    });
  }

  static async connect(url: string): Promise<Listener> {
    const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 1 << 30 });
    const client = new Listener(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", () => resolve());
      socket.once("error", reject);
    });
    return client;
  }

  async until(step: string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#awaited = { text: Buffer.from(JSON.stringify(step)), seen: resolve };
    });
  }

  close(): void {
    this.#socket.terminate();
  }
}
