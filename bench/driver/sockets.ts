import { WebSocket } from "ws";

const CONNECT_AT_ONCE = 50;

/** Many WebSocket clients, as one thing that hears updates. */
export class Sockets {
  readonly #sockets: WebSocket[] = [];
  #heard: (message: Heard, socket: number) => void = () => {};

  /** Connects one client for each address. */
  static async open(urls: readonly string[]): Promise<Sockets> {
    const sockets = new Sockets();
    for (let first = 0; first < urls.length; first += CONNECT_AT_ONCE) {
      await Promise.all(urls.slice(first, first + CONNECT_AT_ONCE).map((url) => sockets.#connect(url)));
    }
    return sockets;
  }

  async #connect(url: string): Promise<void> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const index = this.#sockets.push(socket) - 1;
    socket.on("message", (data: Buffer) => {
      const message = heardIn(data.toString("utf8"));
      if (message !== undefined) this.#heard(message, index);
    });
    await new Promise<void>((resolve, reject) => {
      socket.once("open", () => resolve());
      socket.once("error", reject);
    });
  }

  /** Calls back with every update that any client hears from now on. */
  listen(heard: (message: Heard, socket: number) => void): void {
    this.#heard = heard;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#sockets.map(async (socket) => {
        if (socket.readyState === WebSocket.CLOSED) return;
        await new Promise<void>((resolve) => {
          socket.once("close", () => resolve());
          // Some hosts leave a close unanswered.
          socket.terminate();
        });
      }),
    );
  }
}

/** An update as a client hears it. */
export interface Heard {
  readonly run: string;
  readonly update: number;
  readonly at: number;
}

function heardIn(text: string): Heard | undefined {
  const message = JSON.parse(text) as { type: string; state?: Heard };
  return message.type === "cf_agent_state" ? message.state : undefined;
}
