import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/**
 * The way between clients and a server: a port that stays the same while servers come and go behind it, and that can be
 * broken in the ways in which networks break.
 */
export class Road {
  readonly url: string;
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  #target: string;
  #isClosed = false;

  private constructor(server: Server, target: string) {
    this.#server = server;
    this.#target = target;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (client) => this.#carry(client));
  }

  /** @param target the server's URL */
  static async to(target: string): Promise<Road> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return new Road(server, target);
  }

  /** From now on, new connections lead there. */
  lead(target: string): void {
    this.#target = target;
  }

  /** Breaks every connection. */
  cut(): void {
    for (const pair of this.#pairs) for (const end of pair) end.destroy();
  }

  /** Nothing gets through on the present connections any more, and nobody is told. */
  freeze(): void {
    for (const [client, server] of this.#pairs) {
      client.unpipe(server);
      server.unpipe(client);
      client.pause();
      server.pause();
    }
  }

  /** New connections are refused. */
  close(): void {
    this.#isClosed = true;
  }

  open(): void {
    this.#isClosed = false;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #carry(client: Socket): void {
    if (this.#isClosed) {
      client.destroy();
      return;
    }
    const { hostname, port } = new URL(this.#target);
    const server = connect(Number(port), hostname);
    const pair: [Socket, Socket] = [client, server];
    this.#pairs.add(pair);
    for (const end of pair) {
      // What breaks on one side is broken on both; the error itself is what these tests are about.
      end.on("error", () => {});
      end.once("close", () => {
        this.#pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    client.pipe(server);
    server.pipe(client);
  }
}
