import { useState } from "react";
import { type ImportView, endedStatuses } from "../../protocol/import.ts";
import { agentUrl } from "../lib/api.ts";
import { useFetched } from "../lib/use-fetched.ts";
import { useSelectedImport } from "../lib/use-selected.ts";
import { useWorkspace } from "../lib/use-workspace.ts";
import { History } from "./history.tsx";
import { ImportCard } from "./import-card.tsx";
import { PageHeader } from "./page-header.tsx";
import { Button, Card, Icon, Notice } from "./parts.tsx";
import { Results } from "./results.tsx";
import { UploadCard } from "./upload-card.tsx";

export function WorkspacePage({ workspace }: { workspace: string }) {
  const { state, connection, commands } = useWorkspace(workspace);
  const [selectedId, select] = useSelectedImport();
  const [problem, setProblem] = useState<string | null>(null);

  const current = state?.current ?? null;
  const busy = current !== null && !endedStatuses.has(current.status);
  const wantsEarlier = selectedId !== null && selectedId !== current?.id;
  const earlier = useFetched<ImportView>(
    wantsEarlier && state !== null ? agentUrl(workspace, `/imports/${selectedId}`) : null,
    state?.total ?? 0,
  );
  const view = wantsEarlier ? earlier.data : current;

  return (
    <div className="mx-auto grid max-w-7xl grid-cols-[minmax(0,1fr)] gap-5 px-4 py-5 sm:px-6">
      <PageHeader workspace={workspace} connection={connection} />
      <main className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-5">
          {problem !== null && (
            <Notice tone="bad" onClose={() => setProblem(null)}>
              {problem}
            </Notice>
          )}
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
              {wantsEarlier && earlier.error !== null && <Notice tone="bad">{earlier.error}</Notice>}
              {view !== null && (
                <>
                  <ImportCard
                    key={view.id}
                    workspace={workspace}
                    view={view}
                    commands={commands}
                    connected={connection === "live"}
                    onProblem={setProblem}
                  />
                  {view.columns > 0 && <Results key={`results ${view.id}`} workspace={workspace} view={view} />}
                </>
              )}
            </>
          )}
        </div>
        <aside className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-5">
          {state !== null && (
            <History
              workspace={workspace}
              state={state}
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
