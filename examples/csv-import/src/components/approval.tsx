import { useState } from "react";
import type { ImportView } from "../../protocol/import.ts";
import { messageOf } from "../lib/api.ts";
import { count, percent, plural, when } from "../lib/format.ts";
import type { Commands } from "../lib/use-workspace.ts";
import { Button } from "./parts.tsx";

interface Props {
  view: ImportView;
  commands: Commands;
  connected: boolean;
  onProblem: (text: string) => void;
}

/** The question that holds the import until a person answers. */
export function Approval({ view, commands, connected, onProblem }: Props) {
  const [busy, setBusy] = useState(false);
  const { rows } = view;

  const decide = async (approved: boolean) => {
    setBusy(true);
    try {
      await commands.decide(view.id, approved);
    } catch (error) {
      onProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <section aria-labelledby="question" className="rounded-xl bg-warn-tint px-5 py-4">
      <h3 id="question" className="text-lg leading-snug font-semibold">
        {rows.good === 0 ? "No row can be loaded. End the import?" : `Load the ${plural(rows.good, "good row")}?`}
      </h3>
      <p className="mt-1">
        {count(rows.bad)} of {plural(rows.found, "row")} ({percent(rows.bad, rows.found)}) cannot be loaded. You wanted
        to be asked above {view.askAbovePercent} %.
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button kind="primary" disabled={busy || !connected || rows.good === 0} onClick={() => void decide(true)}>
          Load {plural(rows.good, "row")}
        </Button>
        <Button disabled={busy || !connected} onClick={() => void decide(false)}>
          Reject, load nothing
        </Button>
      </div>
      {view.decideBefore !== null && (
        <p className="mt-3 text-sm text-muted">
          No answer counts as a rejection on {when(view.decideBefore)}. You can close this page until then.
        </p>
      )}
    </section>
  );
}
