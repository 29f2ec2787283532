import type { UseWorkflow } from "pawl/react";
import { useState } from "react";
import { messageOf } from "../lib/api.ts";
import { count, plural, size, when } from "../lib/format.ts";
import { type ImportView, viewsOfRun } from "../lib/import-view.ts";
import { Button, Card, Notice } from "./parts.tsx";
import { StatusPill } from "./status-pill.tsx";

interface Props {
  /** Those that are shown anyway: the newest. */
  recent: readonly ImportView[];
  total: number;
  loadRuns: UseWorkflow<object>["loadRuns"];
  shownId: string | null;
  onSelect: (id: string) => void;
}

/** All imports of the workspace: the newest come with the state, older ones are fetched when asked for. */
export function History({ recent, total, loadRuns, shownId, onSelect }: Props) {
  const [older, setOlder] = useState<ImportView[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const oldestRecent = recent.at(-1)?.number ?? 0;
  const entries = [...recent, ...older.filter(({ number }) => (number ?? 0) < oldestRecent)];

  const loadOlder = async () => {
    const before = entries.at(-1)?.number ?? 0;
    try {
      const { runs } = await loadRuns({ before, limit: 20 });
      setOlder([...entries, ...runs.flatMap(viewsOfRun)]);
      setProblem(null);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };

  return (
    <Card label="History">
      <h2 className="px-5 pt-4 pb-2 font-semibold">
        History <span className="font-normal text-muted tabular-nums">{count(total)}</span>
      </h2>
      {entries.length === 0 ? (
        <p className="px-5 pb-5 text-sm text-muted">Imports of this workspace are listed here.</p>
      ) : (
        <ul className="grid pb-2">
          {entries.map((entry) => (
            <li key={entry.id} className="px-2">
              <button
                type="button"
                aria-current={entry.id === shownId}
                onClick={() => onSelect(entry.id)}
                className={`grid w-full gap-0.5 rounded-lg px-3 py-2 text-left hover:bg-sunken ${entry.id === shownId ? "bg-sunken" : ""}`}
              >
                <span className="flex items-center justify-between gap-3">
                  <span className="min-w-0 truncate font-medium">{entry.fileName}</span>
                  <StatusPill status={entry.status} />
                </span>
                <span className="truncate text-xs text-muted tabular-nums">
                  {entry.number === null ? "" : `${entry.number}. `}
                  {when(entry.createdAt)} · {size(entry.bytes)}
                </span>
                {entry.status === "complete" && (
                  <span className="truncate text-xs text-muted tabular-nums">
                    {plural(entry.rows.loaded, "row")} loaded, {count(entry.rows.bad)} bad
                  </span>
                )}
              </button>
            </li>
          ))}
        </ul>
      )}
      {problem !== null && (
        <div className="px-3 pb-3">
          <Notice tone="bad">{problem}</Notice>
        </div>
      )}
      {entries.length < total && (
        <div className="px-3 pb-3">
          <Button kind="quiet" className="w-full" onClick={() => void loadOlder()}>
            Show older imports
          </Button>
        </div>
      )}
    </Card>
  );
}
