import type { ConnectionStatus } from "pawl/react";
import { useState } from "react";
import { newWorkspaceName } from "../lib/workspace.ts";
import { Icon } from "./parts.tsx";

export function PageHeader({ workspace, connection }: { workspace: string; connection: ConnectionStatus }) {
  return (
    <header className="flex items-center justify-between gap-x-4">
      <div className="flex min-w-0 grow items-center gap-3">
        <span className="grid size-9 shrink-0 place-items-center rounded-xl bg-accent text-on-accent">
          <svg
            viewBox="0 0 24 24"
            className="size-5"
            stroke="currentColor"
            strokeWidth="2.4"
            strokeLinecap="round"
            aria-hidden
          >
            <path d="M5 7h14M5 12h14M5 17h8" />
          </svg>
        </span>
        <div className="min-w-0">
          <h1 className="text-base leading-tight font-semibold">CSV import</h1>
          <p className="truncate text-sm leading-tight text-muted">
            Workspace <span className="font-medium text-ink">{workspace}</span>
          </p>
        </div>
      </div>
      <div className="flex shrink-0 items-center gap-1">
        <CopyLink />
        <a
          href={`/w/${newWorkspaceName()}`}
          className="hidden min-h-9 items-center rounded-lg px-2.5 text-sm text-muted hover:bg-sunken hover:text-ink sm:inline-flex"
        >
          New workspace
        </a>
        <ConnectionBadge connection={connection} />
      </div>
    </header>
  );
}

function CopyLink() {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      // Without permission the address bar is still there.
      setCopied(false);
    }
  };
  return (
    <button
      type="button"
      onClick={() => void copy()}
      className="inline-flex min-h-9 items-center gap-1.5 rounded-lg px-2.5 text-sm text-muted hover:bg-sunken hover:text-ink"
    >
      <Icon name={copied ? "check" : "copy"} />
      <span className="sr-only sm:not-sr-only">{copied ? "Copied" : "Copy link"}</span>
    </button>
  );
}

const connectionWords: Record<ConnectionStatus, string> = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  closed: "Closed",
};

function ConnectionBadge({ connection }: { connection: ConnectionStatus }) {
  const live = connection === "live";
  return (
    <output
      data-testid="connection"
      className={`ml-1 inline-flex items-center gap-2 rounded-full border border-line bg-card px-3 py-1 text-xs font-medium ${live ? "text-ink" : "text-warn"}`}
    >
      <span
        aria-hidden="true"
        className={`size-2 rounded-full ${live ? "bg-good" : "animate-[breathe_1.2s_ease-in-out_infinite] bg-warn"}`}
      />
      {connectionWords[connection]}
    </output>
  );
}
