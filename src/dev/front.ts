import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { listenProblem } from "../host/index.ts";
import { tunnel, Unreachable } from "./forward.ts";
import { LivePage, problemPage } from "./live-page.ts";
import { isNavigation, type Page } from "./page.ts";
import { WorkerAddress } from "./worker-address.ts";

/** The server that browsers talk to. The page and the Worker behind it come and go; its address stays. */
export class Front {
  readonly http: HttpServer;
  readonly worker = new WorkerAddress();
  readonly #log: (message: string) => void;
  #page: Page = new LivePage();

  /** @param log told of what went wrong with a request */
  constructor(log: (message: string) => void) {
    this.#log = log;
    this.http = createServer((request, response) => void this.#answer(request, response));
    this.http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      void this.#upgrade(request, socket, head);
    });
    // A Worker may take as long as it likes to read a body.
    this.http.requestTimeout = 0;
  }

  /** Resolves to the port. @throws ListenError */
  async listen(host: string, port: number): Promise<number> {
    const address = host === "localhost" ? "127.0.0.1" : host === "*" ? "::" : host.replaceAll(/^\[|\]$/g, "");
    await new Promise<void>((resolve, reject) => {
      this.http.once("error", (error) => reject(listenProblem(error, { host, port })));
      this.http.listen({ host: address, port, exclusive: true }, resolve);
    });
    this.http.removeAllListeners("error");
    this.http.on("error", (error) => this.#log(error.message));
    return (this.http.address() as AddressInfo).port;
  }

  get page(): Page {
    return this.#page;
  }

  /** The former page is to be closed by whoever made it. */
  show(page: Page): void {
    this.#page = page;
  }

  async close(): Promise<void> {
    await this.#page.close();
    await new Promise((resolve) => {
      this.http.close(resolve);
      this.http.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // One who has gone away is no problem.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    try {
      await this.#page.handle(request, response, () => this.worker.port());
    } catch (error) {
      this.#apologise(request, response, error);
    }
  }

  #apologise(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (response.destroyed) return;
    if (!(error instanceof Unreachable)) this.#log(`${request.method} ${request.url}: ${message}`);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const isShown = isNavigation(request);
    response.writeHead(503, {
      "content-type": `text/${isShown ? "html" : "plain"};charset=utf-8`,
      "cache-control": "no-store",
      connection: "close",
    });
    response.end(isShown ? problemPage(message) : `${message}\n`);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (this.#page.ownsUpgrade(request)) return;
    socket.on("error", () => socket.destroy());
    try {
      await tunnel(() => this.worker.port(), request, socket, head);
    } catch {
      socket.end("HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    }
  }
}
