import type { UseWorkflowRun } from "pawl/react";
import { useState } from "react";
import { endedStatuses } from "../../protocol/import.ts";
import { agentUrl, messageOf, request } from "../lib/api.ts";
import type { ImportView } from "../lib/import-view.ts";
import { Button, Icon, Notice } from "./parts.tsx";

interface Props {
  workspace: string;
  view: ImportView;
  run: UseWorkflowRun<object>;
}

export function Controls({ workspace, view, run }: Props) {
  const [asked, setAsked] = useState<"cancel" | "remove" | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { pending } = run;
  const connected = run.connection === "live";
  const disabled = !connected || pending.pause || pending.resume || pending.cancel || pending.remove;

  const dropUpload = () => {
    const dropped = request(agentUrl(workspace, `/imports/${view.id}`), { method: "DELETE" });
    dropped.catch((error: unknown) => setProblem(messageOf(error)));
  };
  const doAsked = () => {
    setAsked(null);
    if (asked === "remove") void run.remove();
    else if (view.status === "uploading") dropUpload();
    else void run.cancel();
  };

  if (asked !== null) {
    const cancelling = asked === "cancel";
    return (
      <fieldset ref={focusLast} aria-label="Are you sure?" className="flex flex-wrap items-center gap-2">
        <span className="text-sm text-muted">
          {cancelling ? "Throw away what was loaded so far?" : "Delete this import with all its rows?"}
        </span>
        <Button kind="danger" disabled={disabled} onClick={doAsked}>
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
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      {(view.status === "running" || view.status === "queued") && (
        <Button disabled={disabled} onClick={() => void run.pause()}>
          <Icon name="pause" />
          Pause
        </Button>
      )}
      {view.status === "paused" && (
        <Button kind="primary" disabled={disabled} onClick={() => void run.resume()}>
          <Icon name="play" />
          Resume
        </Button>
      )}
      {endedStatuses.has(view.status) ? (
        <Button kind="quiet" disabled={disabled} onClick={() => setAsked("remove")}>
          <Icon name="trash" />
          Delete
        </Button>
      ) : (
        <Button kind="danger" disabled={disabled} onClick={() => setAsked("cancel")}>
          <Icon name="stop" />
          Cancel
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
