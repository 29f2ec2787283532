import { useWorkflow, useWorkflowRun } from "pawl/react";
import { endedStatuses, type WorkspaceState } from "../../protocol/import.ts";
import { viewOfUpload, viewsOfRun } from "../lib/import-view.ts";
import { useSelectedImport } from "../lib/use-selected.ts";
import { History } from "./history.tsx";
import { ImportCard } from "./import-card.tsx";
import { PageHeader } from "./page-header.tsx";
import { Button, Card, Icon, Notice } from "./parts.tsx";
import { Results } from "./results.tsx";
import { UploadCard } from "./upload-card.tsx";

export function WorkspacePage({ workspace }: { workspace: string }) {
  const { state, runs, totalRuns, loadRuns, connection } = useWorkflow<{ state: WorkspaceState }>();
  const [selectedId, select] = useSelectedImport();

  const upload = state?.upload ?? null;
  const isOnItsWay = upload !== null && runs.every(({ id }) => id !== upload.id);
  const imports = [...(isOnItsWay ? [viewOfUpload(upload)] : []), ...runs.flatMap(viewsOfRun)];
  const [current = null] = imports;
  const busy = current !== null && !endedStatuses.has(current.status);
  const wantsEarlier = selectedId !== null && selectedId !== current?.id;
  const earlier = useWorkflowRun(wantsEarlier ? selectedId : null);
  const [view = null] = wantsEarlier ? (earlier.run === null ? [] : viewsOfRun(earlier.run)) : [current];

  return (
    <div className="mx-auto grid max-w-7xl grid-cols-[minmax(0,1fr)] gap-5 px-4 py-5 sm:px-6">
      <PageHeader workspace={workspace} connection={connection} />
      <main className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-5">
          {connection === "reconnecting" && (
            <Notice tone="warn">
              The server is away; trying again.{" "}
              {current?.status === "uploading"
                ? "The upload waits for it: keep the page that sends the file open."
                : "A running import goes on by itself when the server is back."}
            </Notice>
          )}
          {state === null ? (
            <Card>
              <output className="block px-6 py-16 text-center text-muted">Opening the workspace…</output>
            </Card>
          ) : (
            <>
              <UploadCard workspace={workspace} busy={busy} compact={view !== null} onStarted={() => select(null)} />
              {wantsEarlier && (
                <div className="-mb-2 flex flex-wrap items-center justify-between gap-2">
                  <p className="text-sm text-muted">You are looking at an earlier import.</p>
                  <Button kind="quiet" onClick={() => select(null)}>
                    <Icon name="left" />
                    {busy ? "Back to the running import" : "Back to the newest import"}
                  </Button>
                </div>
              )}
              {wantsEarlier && earlier.lookup === "missing" && (
                <Notice tone="bad">This import does not exist in this workspace.</Notice>
              )}
              {view !== null && (
                <>
                  <ImportCard key={view.id} workspace={workspace} view={view} />
                  {view.columns > 0 && <Results key={`results ${view.id}`} workspace={workspace} view={view} />}
                </>
              )}
            </>
          )}
        </div>
        <aside className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-5">
          {state !== null && (
            <History
              recent={imports}
              total={totalRuns + (isOnItsWay ? 1 : 0)}
              loadRuns={loadRuns}
              shownId={view?.id ?? null}
              onSelect={(id) => select(id === current?.id ? null : id)}
            />
          )}
          <SecondWindow workspace={workspace} />
        </aside>
      </main>
    </div>
  );
}

function SecondWindow({ workspace }: { workspace: string }) {
  return (
    <p className="px-1 text-sm text-muted">
      Everybody who opens this workspace sees the same, live.{" "}
      <a
        href={`/w/${workspace}`}
        target="_blank"
        rel="noreferrer"
        className="inline-flex items-center gap-1 text-accent underline underline-offset-2"
      >
        Open a second window
        <Icon name="window" className="size-3.5" />
      </a>
    </p>
  );
}
