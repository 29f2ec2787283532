import { useState } from "react";
import { type ReportPage, endedStatuses } from "../../protocol/import.ts";
import { agentUrl } from "../lib/api.ts";
import { count } from "../lib/format.ts";
import type { ImportView } from "../lib/import-view.ts";
import { useFetched } from "../lib/use-fetched.ts";
import { ColumnReports } from "./column-reports.tsx";
import { LoadedTable, RejectedTable } from "./data-tables.tsx";
import { Card, DownloadLink } from "./parts.tsx";

type Tab = "columns" | "loaded" | "rejected";

/** What an import has brought, from the check on: columns, loaded rows, rejected rows. */
export function Results({ workspace, view }: { workspace: string; view: ImportView }) {
  const [chosen, setChosen] = useState<Tab | null>(null);
  const ended = endedStatuses.has(view.status);
  const report = useFetched<ReportPage>(
    agentUrl(workspace, `/imports/${view.id}/report`),
    `${view.columns} ${view.status === "complete" ? "complete" : view.phase}`,
  );

  const tabs: { tab: Tab; name: string; n: number }[] = [
    { tab: "columns", name: "Columns", n: view.columns },
    { tab: "loaded", name: "Loaded rows", n: view.rows.loaded },
    { tab: "rejected", name: "Rejected rows", n: view.rows.bad },
  ];
  const tab = chosen ?? "columns";

  return (
    <Card label="Results">
      <div className="flex flex-wrap items-center justify-between gap-3 border-b border-line px-3 pt-2 sm:px-4">
        <div role="tablist" aria-label="Results" className="-mb-px flex max-w-full overflow-x-auto">
          {tabs.map(({ tab: each, name, n }) => (
            <button
              key={each}
              type="button"
              role="tab"
              id={`tab-${each}`}
              aria-selected={each === tab}
              aria-controls="results"
              tabIndex={each === tab ? 0 : -1}
              onClick={() => setChosen(each)}
              onKeyDown={(event) => {
                const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
                const at = tabs.findIndex((candidate) => candidate.tab === each);
                const next = tabs[(at + step + tabs.length) % tabs.length];
                if (step === 0 || next === undefined) return;
                setChosen(next.tab);
                document.getElementById(`tab-${next.tab}`)?.focus();
              }}
              className={`min-h-11 border-b-2 px-3 text-sm whitespace-nowrap ${each === tab ? "border-accent font-medium" : "border-transparent text-muted hover:text-ink"}`}
            >
              {name} <span className="ml-0.5 text-muted tabular-nums">{count(n)}</span>
            </button>
          ))}
        </div>
        <div className="flex gap-2 pb-2">
          {tab === "rejected" && view.rows.bad > 0 && (
            <DownloadLink href={agentUrl(workspace, `/imports/${view.id}/rejected.csv`)}>Rejected rows</DownloadLink>
          )}
          {tab === "loaded" && ended && view.rows.loaded > 0 && (
            <DownloadLink href={agentUrl(workspace, `/imports/${view.id}/loaded.csv`)}>Loaded rows</DownloadLink>
          )}
        </div>
      </div>
      <div role="tabpanel" id="results" aria-labelledby={`tab-${tab}`}>
        {tab === "columns" && <ColumnReports report={report} ended={ended} />}
        {tab === "loaded" && (
          <LoadedTable key={view.id} workspace={workspace} view={view} columns={report.data?.columns ?? []} />
        )}
        {tab === "rejected" && (
          <RejectedTable key={view.id} workspace={workspace} view={view} columns={report.data?.columns ?? []} />
        )}
      </div>
    </Card>
  );
}
