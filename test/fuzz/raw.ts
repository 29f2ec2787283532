import { connect, type Socket } from "node:net";

/** What came back on a connection of its own, as text; bytes that are none are shown as such. */
export interface RawAnswer {
  readonly text: string;
  /** 0 when it is no HTTP response. */
  readonly status: number;
}

const PATIENCE_MS = 15_000;

/**
 * Sends bytes as they are and reads until the server closes the connection, has answered and says no more, or says
 * nothing at all for a while.
 */
export function sendRaw(port: number, parts: readonly (string | Uint8Array)[], quietMs = 150): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1");
    let quiet: NodeJS.Timeout | undefined;
    const finish = () => {
      clearTimeout(quiet);
      clearTimeout(late);
      socket.destroy();
      const text = Buffer.concat(chunks).toString("latin1");
      resolve({ text, status: Number(/^HTTP\/1\.\d (\d{3})/.exec(text)?.[1] ?? 0) });
    };
    const waitOn = () => {
      clearTimeout(quiet);
      quiet = setTimeout(finish, quietMs);
    };
    const late = setTimeout(finish, PATIENCE_MS);
    socket.on("connect", () => {
      for (const part of parts) socket.write(part);
      waitOn();
    });
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      waitOn();
    });
    socket.on("error", finish);
    socket.on("close", finish);
  });
}

/** Opens connections and drops them in every state they can be in. */
export async function openAndDrop(port: number, count: number, first: string): Promise<void> {
  const AT_ONCE = 100;
  for (let done = 0; done < count; done += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - done) }, (_, i) => openOne(port, i, first)));
  }
}

function openOne(port: number, index: number, first: string): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, "127.0.0.1");
    const drop = () => {
      if (index % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
      resolve();
    };
    socket.on("error", () => resolve());
    socket.on("connect", () => {
      // Some say nothing, some a part of it, some all and do not wait for the answer.
      if (index % 4 === 0) return drop();
      socket.write(index % 4 === 1 ? first.slice(0, first.length / 2) : first, () => {
        if (index % 4 === 3) socket.once("data", drop);
        else drop();
      });
    });
    socket.setTimeout(PATIENCE_MS, drop);
  });
}
