import type { UseWorkflowRun } from "pawl/react";
import { count, percent, plural, when } from "../lib/format.ts";
import type { ImportView } from "../lib/import-view.ts";
import { Button } from "./parts.tsx";

/** The question that holds the import until a person answers. */
export function Approval({ view, run }: { view: ImportView; run: UseWorkflowRun<object> }) {
  const { rows } = view;
  const disabled = run.pending.approve || run.pending.reject || run.connection !== "live";

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
        <Button kind="primary" disabled={disabled || rows.good === 0} onClick={() => void run.approve()}>
          Load {plural(rows.good, "row")}
        </Button>
        <Button disabled={disabled} onClick={() => void run.reject()}>
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
