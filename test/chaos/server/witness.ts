import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { EffectRequest } from "../../fixtures/chaos-app/protocol.ts";
import type { Chronicle } from "../record/chronicle.ts";
import type { Effect } from "../record/record.ts";

/** What is done when an effect arrives: something before it is answered, which may leave it unanswered, or after. */
export type Reaction = { readonly before: () => void } | { readonly after: () => void };

/** Chooses to do something about an effect. */
export type Ambush = (effect: Effect) => Reaction | undefined;

/**
 * Sees every effect from outside the server, in a process that nobody kills. Several servers under test may tell it:
 * each has a path of its own here, and a chronicle of its own.
 */
export class Witness {
  readonly #server: Server;
  readonly #chronicles = new Map<string, { chronicle: Chronicle; ambush: Ambush }>();
  #served = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.#served++;
        const told = this.#chronicles.get(request.url ?? "");
        if (told === undefined) {
          response.writeHead(404).end();
          return;
        }
        const body = Buffer.concat(chunks).toString("utf8");
        const { answer, effect } = told.chronicle.effect(JSON.parse(body) as EffectRequest, Date.now());
        const reaction = effect && told.ambush(effect);
        if (reaction !== undefined && "before" in reaction) reaction.before();
        response.end(JSON.stringify(answer), () => {
          if (reaction !== undefined && "after" in reaction) reaction.after();
        });
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

  /** @returns the URL that a server under test is to tell its effects to */
  open(name: string, chronicle: Chronicle, ambush: Ambush = () => undefined): string {
    const path = `/${name}`;
    this.#chronicles.set(path, { chronicle, ambush });
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${path}`;
  }

  /** Requests so far; it stands still when everything that was sent has been seen. */
  get served(): number {
    return this.#served;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
