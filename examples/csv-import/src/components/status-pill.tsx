import type { Status } from "../../protocol/import.ts";
import { statusWords } from "../lib/format.ts";

const tones: Record<Status, string> = {
  uploading: "bg-accent-tint text-accent-strong",
  queued: "bg-accent-tint text-accent-strong",
  running: "bg-accent-tint text-accent-strong",
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
