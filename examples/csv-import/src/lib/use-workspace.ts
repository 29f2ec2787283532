import { useAgent } from "agents/react";
import { useState } from "react";
import type { WorkspaceState } from "../../protocol/import.ts";

export type Connection = "connecting" | "live" | "reconnecting";

export interface Commands {
  pause: (importId: string) => Promise<unknown>;
  resume: (importId: string) => Promise<unknown>;
  cancel: (importId: string) => Promise<unknown>;
  decide: (importId: string, approved: boolean) => Promise<unknown>;
  remove: (importId: string) => Promise<unknown>;
}

/** The workspace as the agent sends it, live, and what one can ask of it. `state` is null until it has come once. */
export function useWorkspace(name: string): {
  state: WorkspaceState | null;
  connection: Connection;
  commands: Commands;
} {
  const [state, setState] = useState<WorkspaceState | null>(null);
  const [connection, setConnection] = useState<Connection>("connecting");
  const agent = useAgent<WorkspaceState>({
    agent: "import-agent",
    name,
    onStateUpdate: (next) => setState(next),
    onOpen: () => setConnection("live"),
    onClose: () => setConnection((before) => (before === "connecting" ? before : "reconnecting")),
    // A restart takes a moment: look again soon, and never give up.
    minReconnectionDelay: 300,
    maxReconnectionDelay: 5000,
  });
  const commands: Commands = {
    pause: (importId) => agent.call("pause", [importId]),
    resume: (importId) => agent.call("resume", [importId]),
    cancel: (importId) => agent.call("cancel", [importId]),
    decide: (importId, approved) => agent.call("decide", [importId, approved]),
    remove: (importId) => agent.call("remove", [importId]),
  };
  return { state, connection, commands };
}
