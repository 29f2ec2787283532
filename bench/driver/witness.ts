import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * What steps call, to be seen from outside: an arrival is noted by this process's clock, which is finer than the one
 * that Workers have. On an engine with an output gate a call leaves when everything before it is on disk.
 */
export class Witness {
  readonly #server: Server;
  #arrivals: number[] = [];
  #waiting: { count: number; resolve: () => void } | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => {
      this.#arrived();
      request.resume();
      response.end();
    });
  }

  static async open(): Promise<Witness> {
    // Steps may rest for long between two calls; a connection that is closed meanwhile would cost the next one its time.
    const server = createServer({ keepAliveTimeout: 600_000 });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Witness(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Forgets what has arrived. */
  clear(): void {
    this.#arrivals = [];
  }

  /** Resolves with the times (`performance.now()`) when so many have arrived since `clear`. @throws after `withinMs` */
  async arrivals(count: number, withinMs = 300_000): Promise<readonly number[]> {
    if (this.#arrivals.length < count) {
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`${this.#arrivals.length} of ${count} calls have arrived within ${withinMs} ms.`)),
          withinMs,
        );
        const done = (): void => {
          clearTimeout(late);
          resolve();
        };
        this.#waiting = { count, resolve: done };
      });
    }
    return this.#arrivals;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #arrived(): void {
    this.#arrivals.push(performance.now());
    const waiting = this.#waiting;
    if (waiting === undefined || this.#arrivals.length < waiting.count) return;
    this.#waiting = undefined;
    waiting.resolve();
  }
}
