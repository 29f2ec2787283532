import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

/** How long a request waits for a Worker that is being exchanged or started again. */
const PATIENCE_MS = 30_000;
const AGAIN_AFTER_MS = 30;

/** Where the Worker listens; settles when that is known. Rejects with the reason when there is none. */
export type Target = () => Promise<number>;

/** The Worker cannot be reached. Its message is for whoever has asked. */
export class Unreachable extends Error {}

/** It went away in the middle. */
class Interrupted extends Unreachable {}

const MOST_TRIES = 3;

/**
 * Passes a request on to the Worker and resolves with its answer, whose body is still to be read. The connection is
 * made before anything of the request is touched, so that one which comes during an exchange waits for its end; one
 * that only reads and is caught by it is made again.
 * @throws Unreachable
 */
export async function ask(
  target: Target,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<IncomingMessage> {
  const isReading = incoming.method === "GET" || incoming.method === "HEAD";
  for (let left = isReading ? MOST_TRIES : 1; ; left--) {
    try {
      return await askOnce(await reach(target), incoming, response);
    } catch (error) {
      if (left <= 1 || response.destroyed || !(error instanceof Interrupted)) throw error;
    }
  }
}

function askOnce(socket: Socket, incoming: IncomingMessage, response: ServerResponse): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      createConnection: () => socket,
      method: incoming.method,
      path: incoming.url,
      headers: passedOn(incoming.rawHeaders),
      setHost: false,
    });
    outgoing.once("response", resolve);
    outgoing.once("error", (error) => {
      reject(new Interrupted(`The Worker ended before it had answered (${error.message}).`));
    });
    // Nobody waits for an answer any more.
    response.once("close", () => {
      if (!response.writableFinished) outgoing.destroy();
    });
    incoming.pipe(outgoing);
  });
}

/** Sends the Worker's answer back, unchanged. */
export function passBack(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedOn(answer.rawHeaders));
  answer.pipe(response);
  // The one who has asked is told that there is no more to come.
  answer.once("error", () => response.destroy());
  answer.once("aborted", () => response.destroy());
}

/** Connects a WebSocket, or whatever the two agree to speak, with the Worker. @throws Unreachable */
export async function tunnel(target: Target, incoming: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
  const socket = await reach(target);
  const { method = "GET", url = "/", rawHeaders } = incoming;
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  socket.write(head);
  client.pipe(socket).pipe(client);
  const end = () => {
    client.destroy();
    socket.destroy();
  };
  for (const side of [client, socket]) side.once("error", end).once("close", end);
}

async function reach(target: Target): Promise<Socket> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const socket = await connectTo(await target());
    if (socket !== undefined) return socket;
    if (Date.now() >= until) throw new Unreachable("The Worker is not running.");
    await delay(AGAIN_AFTER_MS);
  }
}

function connectTo(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    const fail = () => resolve(undefined);
    socket.once("error", fail);
    socket.once("connect", () => {
      socket.off("error", fail);
      resolve(socket);
    });
  });
}

/** Between two neighbours, and not to be passed on; Node sets its own. */
const HOP_BY_HOP: ReadonlySet<string> = new Set(["connection", "keep-alive", "transfer-encoding"]);

/** Headers as they came, names and values in turn, but those of the connection and others that are not wanted. */
export function passedOn(raw: readonly string[], without?: string): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = "", value = ""] = [raw[i], raw[i + 1]];
    if (!HOP_BY_HOP.has(name.toLowerCase()) && name.toLowerCase() !== without) kept.push(name, value);
  }
  return kept;
}
