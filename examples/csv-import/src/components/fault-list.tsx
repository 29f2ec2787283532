import { type FaultExample, faultKinds } from "../../protocol/import.ts";
import { agentUrl } from "../lib/api.ts";
import { count, faultWords } from "../lib/format.ts";
import type { ImportView } from "../lib/import-view.ts";
import { useFetched } from "../lib/use-fetched.ts";

/** The kinds of faults, the most frequent first, each with the first row that shows it. */
export function FaultList({ workspace, view }: { workspace: string; view: ImportView }) {
  const kinds = faultKinds
    .map((kind) => ({ kind, rows: view.faults[kind] ?? 0 }))
    .filter(({ rows }) => rows > 0)
    .toSorted((a, b) => b.rows - a.rows);
  // The first example of a kind does not change: ask again only when a kind is new.
  const kept = view.status !== "cancelled" && view.status !== "failed";
  const { data } = useFetched<{ examples: FaultExample[] }>(
    kept ? agentUrl(workspace, `/imports/${view.id}/examples`) : null,
    kinds.length,
  );
  const most = kinds[0]?.rows ?? 1;

  return (
    <div>
      <h3 className="text-sm font-medium">What is wrong with the bad rows</h3>
      <ul className="mt-2 grid gap-x-8 gap-y-3 sm:grid-cols-2">
        {kinds.map(({ kind, rows }) => {
          const example = data?.examples.find((candidate) => candidate.kind === kind);
          return (
            <li key={kind} className="grid min-w-0 grid-cols-[minmax(0,1fr)_auto] content-start gap-x-4 text-sm">
              <span>{faultWords[kind]}</span>
              <span className="font-medium tabular-nums">{count(rows)}</span>
              <span aria-hidden="true" className="col-span-2 mt-1 h-1 overflow-hidden rounded-full bg-sunken">
                <span className="block h-full rounded-full bg-bad/70" style={{ width: `${(rows / most) * 100}%` }} />
              </span>
              {example && (
                <span className="col-span-2 mt-0.5 truncate text-xs text-muted" title={example.message}>
                  Line {count(example.line)}: {example.message}
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
