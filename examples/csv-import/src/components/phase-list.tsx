import { type Phase, endedStatuses, phases } from "../../protocol/import.ts";
import { count, duration, percent, phaseWords, plural, size } from "../lib/format.ts";
import type { ImportView } from "../lib/import-view.ts";
import { Icon, type IconName } from "./parts.tsx";

type Mark = "done" | "active" | "held" | "asking" | "skipped" | "stopped" | "failed" | "ahead";

const marks: Record<Mark, { icon: IconName | null; shape: string; words: string }> = {
  done: { icon: "check", shape: "bg-accent text-on-accent border-accent", words: "done" },
  active: { icon: null, shape: "border-accent text-accent", words: "under way" },
  held: { icon: "pause", shape: "border-warn text-warn bg-warn-tint", words: "paused" },
  asking: { icon: "person", shape: "border-warn text-warn bg-warn-tint", words: "waiting for a person" },
  skipped: { icon: "skip", shape: "border-line text-muted", words: "not needed" },
  stopped: { icon: "stop", shape: "border-muted text-muted", words: "stopped here" },
  failed: { icon: "cross", shape: "border-bad text-bad bg-bad-tint", words: "failed here" },
  ahead: { icon: null, shape: "border-line text-muted", words: "to come" },
};

/** The way of an import, phase under phase, with what each has brought. */
export function PhaseList({ view, now }: { view: ImportView; now: number }) {
  return (
    <ol aria-label="Phases" className="grid content-start">
      {phases.map((phase, i) => {
        const mark = markOf(view, phase);
        const { icon, shape, words } = marks[mark];
        const took = tookMs(view, phase, now);
        return (
          <li key={phase} data-phase={phase} data-mark={mark} className="relative flex gap-3 pb-4 last:pb-0">
            {i < phases.length - 1 && (
              <span
                aria-hidden="true"
                className={`absolute top-7 bottom-0 left-[0.8125rem] w-0.5 ${mark === "done" || mark === "skipped" ? "bg-accent" : "bg-line"}`}
              />
            )}
            <span className={`grid size-7 shrink-0 place-items-center rounded-full border-2 ${shape}`}>
              {icon !== null && <Icon name={icon} className="size-3.5" />}
              {mark === "active" && (
                <span className="size-2.5 animate-[breathe_1.2s_ease-in-out_infinite] rounded-full bg-accent" />
              )}
            </span>
            <div className="min-w-0 grow pt-0.5">
              <p className={`flex justify-between gap-2 ${mark === "ahead" ? "text-muted" : "font-medium"}`}>
                {phaseWords[phase]}
                <span className="sr-only">: {words}</span>
                {took !== null && <span className="text-sm font-normal text-muted tabular-nums">{duration(took)}</span>}
              </p>
              <p className="text-sm text-muted tabular-nums">{detail(view, phase, mark)}</p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function markOf(view: ImportView, phase: Phase): Mark {
  const here = phases.indexOf(view.phase);
  const at = phases.indexOf(phase);
  if (view.status === "complete" || at < here) {
    return phase === "approve" && view.phaseStartedAt.approve === undefined ? "skipped" : "done";
  }
  if (at > here) return "ahead";
  if (view.status === "failed") return "failed";
  if (view.status === "cancelled" || view.status === "rejected") return "stopped";
  if (view.status === "paused") return "held";
  return view.status === "waiting" ? "asking" : "active";
}

/** From the start of a phase to the start of the next one that was entered. */
function tookMs(view: ImportView, phase: Phase, now: number): number | null {
  const from = view.phaseStartedAt[phase];
  if (from === undefined) return null;
  const later = phases.slice(phases.indexOf(phase) + 1).map((next) => view.phaseStartedAt[next]);
  const to = later.find((at) => at !== undefined) ?? view.endedAt ?? now;
  return Math.max(0, to - from);
}

function detail(view: ImportView, phase: Phase, mark: Mark): string {
  const { rows, pieces } = view;
  if (mark === "ahead") return phase === "approve" ? `only above ${view.askAbovePercent} % bad rows` : "";
  switch (phase) {
    case "upload":
      return mark === "done" ? size(view.bytes) : `${count(pieces.received)} of ${plural(pieces.total, "piece")}`;
    case "parse":
      return rows.found === 0
        ? ""
        : `${plural(rows.found, "row")}${view.columns > 0 ? `, ${plural(view.columns, "column")}` : ""}`;
    case "check":
      return `${plural(rows.bad, "bad row")}, ${percent(rows.bad, rows.checked)}`;
    case "approve":
      return approval(view, mark);
    case "load":
      return plural(rows.loaded, "row");
    case "report":
      return endedStatuses.has(view.status) ? plural(view.columns, "column") : "Summing up the columns";
    default:
      return "";
  }
}

function approval(view: ImportView, mark: Mark): string {
  if (mark === "skipped") return "not needed";
  if (view.decision === null) return mark === "asking" ? "your turn" : "";
  if (view.decision.by === "timeout") return "no answer";
  return view.decision.approved ? "approved" : "rejected";
}
