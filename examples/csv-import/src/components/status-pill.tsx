import type { Status } from "../../protocol/import.ts";
import { statusWords } from "../lib/format.ts";

const tones: Record<Status, string> = {
  uploading: "bg-accent-tint text-accent-strong",
  queued: "bg-accent-tint text-accent-strong",
  running: "bg-accent-tint text-accent-strong",
  resuming: "bg-accent-tint text-accent-strong",
  pausing: "bg-warn-tint text-warn",
  paused: "bg-warn-tint text-warn",
  waiting: "bg-warn-tint text-warn",
  complete: "bg-sunken text-good",
  rejected: "bg-sunken text-muted",
  cancelled: "bg-sunken text-muted",
  failed: "bg-bad-tint text-bad",
};

export function StatusPill({ status }: { status: Status }) {
  return (
    <span
      data-testid="status"
      className={`inline-flex items-center rounded-full px-2.5 py-0.5 text-xs font-semibold ${tones[status]}`}
    >
      {statusWords[status]}
    </span>
  );
}
