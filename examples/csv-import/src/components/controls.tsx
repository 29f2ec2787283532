import { useState } from "react";
import { type ImportView, endedStatuses } from "../../protocol/import.ts";
import { messageOf } from "../lib/api.ts";
import type { Commands } from "../lib/use-workspace.ts";
import { Button, Icon } from "./parts.tsx";

interface Props {
  view: ImportView;
  commands: Commands;
  connected: boolean;
  onProblem: (text: string) => void;
}

export function Controls({ view, commands, connected, onProblem }: Props) {
  const [asked, setAsked] = useState<"cancel" | "remove" | null>(null);
  const [busy, setBusy] = useState(false);
  const ended = endedStatuses.has(view.status);

  const act = async (what: (importId: string) => Promise<unknown>) => {
    setBusy(true);
    setAsked(null);
    try {
      await what(view.id);
    } catch (error) {
      onProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  const disabled = busy || !connected;

  if (asked !== null) {
    const cancelling = asked === "cancel";
    return (
      <fieldset ref={focusLast} aria-label="Are you sure?" className="flex flex-wrap items-center gap-2">
        <span className="text-sm text-muted">
          {cancelling ? "Throw away what was loaded so far?" : "Delete this import with all its rows?"}
        </span>
        <Button kind="danger" disabled={disabled} onClick={() => void act(commands[asked])}>
          {cancelling ? "Yes, cancel it" : "Yes, delete it"}
        </Button>
        <Button kind="quiet" onClick={() => setAsked(null)}>
          No
        </Button>
      </fieldset>
    );
  }

  return (
    <div className="flex flex-wrap gap-2">
      {(view.status === "running" || view.status === "queued") && (
        <Button disabled={disabled} onClick={() => void act(commands.pause)}>
          <Icon name="pause" />
          Pause
        </Button>
      )}
      {(view.status === "paused" || view.status === "pausing" || view.status === "resuming") && (
        <Button
          kind="primary"
          disabled={!connected || view.status === "resuming" || (busy && view.status !== "paused")}
          onClick={() => void act(commands.resume)}
        >
          <Icon name="play" />
          Resume
        </Button>
      )}
      {!ended && (
        <Button kind="danger" disabled={disabled} onClick={() => setAsked("cancel")}>
          <Icon name="stop" />
          Cancel
        </Button>
      )}
      {ended && (
        <Button kind="quiet" disabled={disabled} onClick={() => setAsked("remove")}>
          <Icon name="trash" />
          Delete
        </Button>
      )}
    </div>
  );
}

/** The button that was pressed is gone; the harmless answer takes the focus. */
function focusLast(group: HTMLFieldSetElement | null): void {
  const buttons = group?.querySelectorAll("button");
  buttons?.[buttons.length - 1]?.focus();
}
