import type { RunChange, RunView, StateDelta } from "../protocol.ts";

type Views = ReadonlyMap<string, RunView>;

/** What turns the one set of views into the other; undefined when they are the same. */
export function differenceOf(before: Views, after: Views): Pick<StateDelta, "added" | "changed" | "gone"> | undefined {
  const added: RunView[] = [];
  const changed: RunChange[] = [];
  for (const [id, view] of after) {
    const known = before.get(id);
    if (known === view) continue;
    if (known === undefined || beginsAnew(known, view)) added.push(view);
    else changed.push(changeOf(known, view));
  }
  const gone = [...before.keys()].filter((id) => !after.has(id));
  if (added.length + changed.length + gone.length === 0) return undefined;
  return {
    ...(added.length > 0 && { added }),
    ...(changed.length > 0 && { changed }),
    ...(gone.length > 0 && { gone }),
  };
}

function beginsAnew(known: RunView, view: RunView): boolean {
  return known.number !== view.number || known.startedAt !== view.startedAt || view.totalResults < known.totalResults;
}

function changeOf(known: RunView, view: RunView): RunChange {
  const change: RunChange = { id: view.id, updatedAt: view.updatedAt };
  if (view.status !== known.status) change.status = view.status;
  if (view.step !== known.step) change.step = view.step;
  if (view.progress !== known.progress) change.progress = view.progress;
  if (view.error !== known.error) change.error = view.error;
  if (view.endedAt !== known.endedAt) change.endedAt = view.endedAt;
  if (JSON.stringify(view.waitingFor) !== JSON.stringify(known.waitingFor)) change.waitingFor = view.waitingFor;
  if (JSON.stringify(view.details) !== JSON.stringify(known.details)) change.details = view.details ?? null;
  const more = view.totalResults - known.totalResults;
  const kept = view.results.length;
  if (more > 0)
    change.results = { total: view.totalResults, newest: view.results.slice(Math.max(0, kept - more)), kept };
  return change;
}
