import { PartySocket } from "partysocket";
import { asError } from "../errors.ts";
import { type AgentOptions, placeOf, queryOf } from "./address.ts";

/** What a socket tells. After `refused`, or after it was closed, it says nothing more. */
export interface SocketListener {
  opened(): void;
  received(data: unknown): void;
  /** The connection, or an attempt to make it, has failed. Another attempt follows. */
  lost(reason: Error): void;
  /** No other attempt follows. */
  refused(reason: Error): void;
}

/** A connection that is made again whenever it is lost. */
export interface Socket {
  /** Only after `opened`, and before `lost`. */
  send(text: string): void;
  /** Gives the present connection up, or the pause between two attempts, and makes another one at once. */
  reconnect(): void;
  close(): void;
}

/** @param options read before every connection, so that a token is the newest one */
export type OpenSocket = (options: () => AgentOptions, listener: SocketListener) => Socket;

/** Over PartySocket, which the hooks of the Agents SDK stand on as well, so that servers see no difference. */
export const openSocket: OpenSocket = (options, listener) => {
  let current: PartySocket | undefined;

  const connect = (): void => {
    const place = placeOf(options(), globalThis.location);
    let tokenError: Error | undefined;
    let refusal: Error | undefined;
    const socket = new PartySocket({
      ...place,
      ...pauses(),
      query: async () => {
        tokenError = undefined;
        try {
          return await queryOf(options());
        } catch (cause) {
          tokenError = new Error(`There is no token for the connection: ${asError(cause).message}`, { cause });
          throw tokenError;
        }
      },
      // Nothing waits in the socket: what was not sent is decided about when the state is known again.
      maxEnqueuedMessages: 0,
      // Decided here, because the events that listeners get from PartySocket are copies that may lack code and reason.
      shouldReconnectOnClose: ({ code, reason }) => {
        if (!isFinal(code)) return true;
        refusal = new Error(`The server has closed the connection: ${reason === "" ? `code ${code}` : reason}`);
        return false;
      },
    });
    current = socket;
    const ended = (): void => {
      if (current !== socket) return;
      if (refusal === undefined) {
        listener.lost(tokenError ?? new Error(`There is no connection to ${place.host}. Another attempt follows.`));
      } else {
        current = undefined;
        listener.refused(refusal);
      }
    };
    socket.addEventListener("open", () => {
      if (current === socket) listener.opened();
    });
    socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (current === socket) listener.received(data);
    });
    // Without a socket, for want of a token for one, there is an error and nothing to close.
    socket.addEventListener("error", ended);
    socket.addEventListener("close", ended);
  };

  connect();
  return {
    send: (text) => {
      current?.send(text);
    },
    reconnect: () => {
      const abandoned = current;
      connect();
      abandoned?.close();
      listener.lost(new Error("The connection is made anew."));
    },
    close: () => {
      const abandoned = current;
      current = undefined;
      abandoned?.close();
    },
  };
};

/** Close codes by which a server says that trying again is of no use; the same as in the Agents SDK. */
function isFinal(code: number): boolean {
  return code === 1008 || (code >= 4000 && code <= 4999);
}

/** Drawn anew for every socket: the pages that a restarted server has lost do not all come back in the same moment. */
function pauses() {
  return {
    minReconnectionDelay: 150 + Math.random() * 350,
    reconnectionDelayGrowFactor: 1.6,
    maxReconnectionDelay: 4000 + Math.random() * 3000,
    minUptime: 2000,
    connectionTimeout: 10_000,
  };
}
