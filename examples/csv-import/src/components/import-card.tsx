import { useWorkflowRun } from "pawl/react";
import { type Phase, endedStatuses } from "../../protocol/import.ts";
import { count, duration, paceWords, percent, phaseWords, plural, size, statusWords, when } from "../lib/format.ts";
import type { ImportView } from "../lib/import-view.ts";
import { useNow } from "../lib/use-now.ts";
import { useRate } from "../lib/use-rate.ts";
import { Approval } from "./approval.tsx";
import { Controls } from "./controls.tsx";
import { FaultList } from "./fault-list.tsx";
import { Card, Notice, ProgressBar } from "./parts.tsx";
import { PhaseList } from "./phase-list.tsx";
import { StatusPill } from "./status-pill.tsx";

/** One import: what it is at, how far it is, what it found, and what one can do about it. */
export function ImportCard({ workspace, view }: { workspace: string; view: ImportView }) {
  const run = useWorkflowRun(view.status === "uploading" ? null : view.id);
  const ended = endedStatuses.has(view.status);
  const moving = view.status === "running" || view.status === "uploading" || view.status === "queued";
  const now = useNow(!ended);
  const { done, of, unit } = progressOf(view);
  const rate = useRate(`${view.id} ${view.phase}`, done, moving && unit === "rows");
  const elapsed = (view.endedAt ?? now) - view.createdAt;

  return (
    <Card label="Import">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 border-b border-line px-5 py-4 sm:px-6">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h2 className="min-w-0 text-lg leading-snug font-semibold break-words">{view.fileName}</h2>
            <StatusPill status={view.status} />
          </div>
          <p className="text-sm text-muted">
            {view.number === null ? "" : `Import ${view.number} · `}
            {size(view.bytes)} · {paceWords[view.pace].name} · {when(view.createdAt)}
          </p>
        </div>
        <Controls workspace={workspace} view={view} run={run} />
      </div>

      {/* Only the turning points are announced; the numbers would never let a listener go. */}
      <output className="sr-only">
        {view.fileName}: {statusWords[view.status]}
        {ended ? "" : `, ${phaseWords[view.phase]}`}
      </output>

      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-10 gap-y-6 px-5 py-5 sm:px-6 md:grid-cols-[12.5rem_minmax(0,1fr)]">
        {/* On a phone the question and the progress come first. */}
        <div className="order-2 md:order-1">
          <PhaseList view={view} now={now} />
        </div>
        <div className="order-1 grid grid-cols-[minmax(0,1fr)] content-start gap-5 md:order-2">
          {run.error !== null && (
            <Notice tone="bad" onClose={run.clearError}>
              {run.error.message}
            </Notice>
          )}
          {view.status === "waiting" && <Approval view={view} run={run} />}
          {ended && <Ending view={view} elapsed={elapsed} />}
          {!ended && view.status !== "waiting" && (
            <div>
              <div className="flex items-baseline justify-between gap-3">
                <p data-testid="step" className="min-w-0 font-medium">
                  {view.status === "paused" ? "Paused. Nothing is lost, also if the server stops." : view.step}
                </p>
                <p className="text-2xl font-semibold whitespace-nowrap tabular-nums">
                  {of > 0 ? percent(done, of) : "–"}
                </p>
              </div>
              <div className="mt-2">
                <ProgressBar done={done} of={of} label={phaseWords[view.phase]} idle={!moving} />
              </div>
            </div>
          )}
          <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-4">
            <Figure
              name="Checked"
              value={count(view.rows.checked)}
              detail={`of ${plural(view.rows.found, "row")}`}
              testId="checked"
            />
            <Figure
              name="Loaded"
              value={count(view.rows.loaded)}
              detail={`${count(view.rows.good)} good`}
              tone="good"
            />
            <Figure
              name="Bad"
              value={count(view.rows.bad)}
              detail={percent(view.rows.bad, view.rows.checked)}
              {...(view.rows.bad > 0 ? { tone: "bad" } : {})}
            />
            {ended ? (
              <Figure name="Took" value={duration(elapsed)} detail={`${count(view.rows.tidied)} tidied`} />
            ) : (
              <Figure
                name="Rows per second"
                value={rate === null ? "–" : count(rate)}
                detail={`${duration(elapsed)} so far`}
                testId="rate"
              />
            )}
          </dl>
          {view.rows.bad > 0 && <FaultList workspace={workspace} view={view} />}
        </div>
      </div>
    </Card>
  );
}

function Ending({ view, elapsed }: { view: ImportView; elapsed: number }) {
  if (view.status === "failed") return <Notice tone="bad">{view.error ?? "The import failed."}</Notice>;
  if (view.status === "complete") {
    return (
      <p className="text-lg leading-snug">
        <strong className="font-semibold">{plural(view.rows.loaded, "row")} loaded</strong> in {duration(elapsed)}
        {view.rows.bad > 0 ? `; ${plural(view.rows.bad, "bad row")} left out.` : ". Every row was good."}
      </p>
    );
  }
  const how = view.status === "cancelled" ? "Cancelled. None of its rows were kept." : "Rejected. No row was loaded.";
  return (
    <p className="text-lg leading-snug">
      {how} {view.error}
    </p>
  );
}

function Figure(props: { name: string; value: string; detail: string; tone?: "good" | "bad"; testId?: string }) {
  const color = props.tone === "bad" ? "text-bad" : props.tone === "good" ? "text-good" : "";
  return (
    <div className="bg-card px-4 py-3">
      <dt className="text-xs font-medium text-muted">{props.name}</dt>
      <dd data-testid={props.testId} className={`text-xl font-semibold tabular-nums ${color}`}>
        {props.value}
      </dd>
      <dd className="truncate text-xs text-muted tabular-nums">{props.detail}</dd>
    </div>
  );
}

function progressOf({ phase, pieces, rows }: ImportView): { done: number; of: number; unit: "pieces" | "rows" } {
  const each: Record<Phase, { done: number; of: number; unit: "pieces" | "rows" }> = {
    upload: { done: pieces.received, of: pieces.total, unit: "pieces" },
    parse: { done: pieces.parsed, of: pieces.total, unit: "pieces" },
    check: { done: rows.checked, of: rows.found, unit: "rows" },
    approve: { done: rows.checked, of: rows.found, unit: "rows" },
    load: { done: rows.loaded, of: rows.good, unit: "rows" },
    report: { done: rows.loaded, of: rows.good, unit: "rows" },
  };
  return each[phase];
}
