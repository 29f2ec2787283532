import { currentRunFields } from "../current-run.ts";
import type { RunSummary, RunView, StateDelta, WorkflowState } from "../protocol.ts";
import { type RunRecord, toSummary } from "../store/run-record.ts";
import type { RunStore, StoreListener } from "../store/run-store.ts";
import { differenceOf } from "./difference.ts";

/** How much of the runs the state shows. */
export interface StateLimits {
  readonly runsInState: number;
  readonly resultsInState: number;
  readonly resultBytesInState: number;
}

/** What the application has to say of its runs. */
export interface Details {
  /** @returns undefined when that is nothing */
  detailsOf(id: string): unknown;
}

/**
 * The part of the state that shows the runs, kept up to date from the store by what is said to have changed, and what
 * of it the clients do not know yet.
 */
export class LiveState implements Pick<StoreListener, "touch" | "reshuffle"> {
  readonly #store: RunStore;
  readonly #limits: StateLimits & Details;
  readonly #onChange: () => void;
  /** What the store shows, but for runs in `#stale`; undefined before anything was asked. */
  #views: Map<string, RunView> | undefined;
  #current: string | null = null;
  #totalRuns = 0;
  readonly #stale = new Set<string>();
  #isReshuffled = false;
  /** What the clients know. */
  #sent: { views: Map<string, RunView>; current: string | null; totalRuns: number } | undefined;

  constructor(store: RunStore, limits: StateLimits & Details, onChange: () => void) {
    this.#store = store;
    this.#limits = limits;
    this.#onChange = onChange;
  }

  touch(id: string): void {
    // What clients know is what the store has before its first change in this life of the agent.
    this.#load();
    this.#stale.add(id);
    this.#onChange();
  }

  reshuffle(id: string): void {
    this.#isReshuffled = true;
    this.touch(id);
  }

  /** What the application says of a run is different from what clients know, also when this object never knew it. */
  detailsChanged(id: string): void {
    this.touch(id);
    const sent = this.#sent?.views;
    const known = sent?.get(id);
    if (known !== undefined) sent?.set(id, { ...known, details: undefined });
  }

  fields(): WorkflowState {
    const views = this.#refresh();
    const runs = [...views.values()].toSorted((a, b) => b.number - a.number);
    const current = this.#current === null ? undefined : views.get(this.#current);
    return { ...currentRunFields(current), runs, totalRuns: this.#totalRuns };
  }

  view(record: RunRecord): RunView {
    const { resultsInState, resultBytesInState } = this.#limits;
    const results = this.#store.results.newest(record.number, resultsInState, resultBytesInState);
    return { ...this.summary(record), results };
  }

  /** A run as lists show it. */
  summary(record: RunRecord): RunSummary {
    const details = this.#limits.detailsOf(record.id);
    return details === undefined ? toSummary(record) : { ...toSummary(record), details };
  }

  /** What has changed since this was last asked; undefined when nothing has. From then on the clients know it. */
  takeDelta(): StateDelta | undefined {
    const views = new Map(this.#refresh());
    const sent = this.#sent;
    const current = this.#current;
    const totalRuns = this.#totalRuns;
    this.#sent = { views, current, totalRuns };
    const difference = differenceOf(sent?.views ?? new Map(), views);
    const isSame = difference === undefined && sent?.current === current && sent.totalRuns === totalRuns;
    return isSame ? undefined : { type: "state_delta", current, totalRuns, ...difference };
  }

  #load(): Map<string, RunView> {
    if (this.#views !== undefined) return this.#views;
    this.#views = new Map(
      this.#store.runs.foremost(this.#limits.runsInState).map((record) => [record.id, this.view(record)]),
    );
    this.#current = this.#store.currentId;
    this.#totalRuns = this.#store.runs.count();
    this.#sent = { views: new Map(this.#views), current: this.#current, totalRuns: this.#totalRuns };
    return this.#views;
  }

  #refresh(): Map<string, RunView> {
    const views = this.#load();
    if (this.#isReshuffled) this.#reload(views);
    for (const id of this.#stale) {
      const known = views.get(id);
      if (known === undefined) continue;
      const record = this.#store.get(id);
      if (record === undefined) views.delete(id);
      else views.set(id, this.#renew(known, record));
    }
    this.#stale.clear();
    return views;
  }

  #reload(views: Map<string, RunView>): void {
    const records = this.#store.runs.foremost(this.#limits.runsInState);
    const ids = new Set(records.map(({ id }) => id));
    for (const id of views.keys()) if (!ids.has(id)) views.delete(id);
    for (const record of records) if (!views.has(record.id)) views.set(record.id, this.view(record));
    this.#current = this.#store.currentId;
    this.#totalRuns = this.#store.runs.count();
    this.#isReshuffled = false;
  }

  #renew(known: RunView, record: RunRecord): RunView {
    const isSame = record.results === known.totalResults && record.startedAt === known.startedAt;
    return isSame ? { ...this.summary(record), results: known.results } : this.view(record);
  }
}
