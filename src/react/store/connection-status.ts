/**
 * - `connecting`: nothing is known of the agent yet
 * - `live`: what is shown is what the agent has
 * - `reconnecting`: the connection was lost and is being made again; what is shown is the last that is known
 * - `closed`: not connected, and not trying: not enabled, or refused by the server
 */
export type ConnectionStatus = "connecting" | "live" | "reconnecting" | "closed";

export type ConnectionEvent =
  /** Someone wants it. */
  | "wanted"
  /** The agent's whole state has come. */
  | "known"
  /** The socket, or an attempt to open it, has failed; another attempt follows. */
  | "lost"
  /** The server does not want this connection; no attempt follows. */
  | "refused"
  /** Nobody wants it any more. */
  | "unwanted";

const NEXT: Record<ConnectionEvent, (status: ConnectionStatus) => ConnectionStatus> = {
  wanted: (status) => (status === "closed" ? "connecting" : status),
  known: (status) => (status === "closed" ? "closed" : "live"),
  lost: (status) => (status === "live" ? "reconnecting" : status),
  refused: () => "closed",
  unwanted: () => "closed",
};

export function nextStatus(status: ConnectionStatus, event: ConnectionEvent): ConnectionStatus {
  return NEXT[event](status);
}
