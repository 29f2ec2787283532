import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Sees what step callbacks do, from outside the server under test: a plain HTTP server with a log of its own. A body
 * is one line, `<instance id> <text>`. What is sent to `/hold` is answered when the test lets it go on.
 */
export class Witness {
  readonly url: string;
  readonly #server: Server;
  readonly #lines: string[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #held = new Map<string, ServerResponse[]>();
  readonly #free = new Set<string>();

  private constructor(server: Server) {
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${port}`;
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const line = Buffer.concat(chunks).toString("utf8");
        this.#lines.push(line);
        if (request.url === "/hold" && !this.#free.has(line)) this.#hold(line, response);
        else response.end();
        for (const listener of this.#listeners) listener();
      });
    });
  }

  static async start(): Promise<Witness> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return new Witness(server);
  }

  /** Answers what an instance has sent to `/hold`, or will send. */
  release(id: string, text: string): void {
    const line = `${id} ${text}`;
    this.#free.add(line);
    for (const response of this.#held.get(line) ?? []) response.end();
    this.#held.delete(line);
  }

  #hold(line: string, response: ServerResponse): void {
    this.#held.set(line, [...(this.#held.get(line) ?? []), response]);
  }

  /** Texts of one instance, in order of arrival. */
  of(id: string): string[] {
    return this.#lines.filter((line) => line.startsWith(`${id} `)).map((line) => line.slice(id.length + 1));
  }

  /** Resolves when the texts of an instance satisfy the condition; rejects with them after `timeoutMs` (default 30 s). */
  async until(id: string, condition: (texts: string[]) => boolean, timeoutMs = 30_000): Promise<void> {
    if (condition(this.of(id))) return;
    await new Promise<void>((resolve, reject) => {
      const listener = (): void => {
        if (!condition(this.of(id))) return;
        finish();
        resolve();
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`the witness waited in vain; it saw of ${id}: ${JSON.stringify(this.of(id))}`));
      }, timeoutMs);
      const finish = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(listener);
      };
      this.#listeners.add(listener);
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
