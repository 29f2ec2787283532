import type { ClientMessage, ResultsPage, RunView } from "../../agent/protocol.ts";
import { ignoreWorkflowError, WorkflowError } from "../errors.ts";
import type { Answer } from "./requests.ts";
import { extendRange, joinPage, newestRange, type ResultsRange } from "./results-range.ts";

/** What was missed while there was no connection is fetched up to so many results; beyond, the newest are shown alone. */
const MAX_MISSING = 2000;
/** The largest page that an agent gives. */
const MAX_PAGE = 200;
/** Of so many runs at once more than the newest results are kept. */
const MAX_RANGES = 20;

type Ask = (message: ClientMessage) => Promise<Answer>;
type Known = ReadonlyMap<string, ResultsRange>;

/** Results of runs of which somebody wants more than the state shows. */
export class Ranges {
  readonly #ask: Ask;
  readonly #publish: (ranges: Known) => void;
  readonly #filling = new Set<string>();
  #known: Known = new Map();
  #runs: readonly RunView[] = [];

  constructor(ask: Ask, publish: (ranges: Known) => void) {
    this.#ask = ask;
    this.#publish = publish;
  }

  /** The runs have changed: their new results are added to the ranges. */
  update(runs: readonly RunView[]): void {
    this.#runs = runs;
    for (const run of runs) {
      const known = this.#known.get(run.id);
      if (known === undefined) continue;
      const { range, missing } = extendRange(known, run);
      if (missing > MAX_MISSING) this.#keep(run.id, newestRange(run));
      else this.#keep(run.id, range);
      if (missing > 0 && missing <= MAX_MISSING) this.#fill(run.id);
    }
  }

  /** @throws WorkflowError */
  async loadEarlier(runId: string, limit: number): Promise<void> {
    const range = await this.#rangeOf(runId);
    if (range.from === 0) return;
    const from = Math.max(0, range.from - Math.min(limit, MAX_PAGE));
    let at = from;
    // A page may be shorter than asked for when its results are large.
    let pages: ResultsRange = { from, items: [], startedAt: range.startedAt };
    while (at < range.from) {
      const page = await this.#page(runId, at, range.from - at);
      if (page.results.length === 0) break;
      pages = joinPage(pages, page);
      at = pages.from + pages.items.length;
    }
    const newest = this.#known.get(runId) ?? range;
    // It has begun anew meanwhile, and these are not its results.
    if (newest.startedAt !== range.startedAt) return;
    this.#keep(runId, joinPage(newest, { instanceId: runId, results: [...pages.items], from, total: at }));
  }

  async #rangeOf(runId: string): Promise<ResultsRange> {
    const known = this.#known.get(runId);
    if (known !== undefined) return known;
    const run = this.#runs.find(({ id }) => id === runId);
    if (run !== undefined) return newestRange(run);
    const answer = await this.#ask({ type: "run", instanceId: runId });
    if (answer?.type !== "run") throw new WorkflowError("internal", "The answer was no run.", { action: "run", runId });
    return newestRange(answer.run);
  }

  /** Fetches what lies between a range and the newest results. */
  #fill(runId: string): void {
    if (this.#filling.has(runId)) return;
    this.#filling.add(runId);
    this.#fetchMissing(runId)
      // The connection was lost again. What the range lacks is found out with the next state.
      .catch(ignoreWorkflowError)
      .finally(() => this.#filling.delete(runId));
  }

  async #fetchMissing(runId: string): Promise<void> {
    for (;;) {
      const range = this.#known.get(runId);
      const run = this.#runs.find(({ id }) => id === runId);
      if (range === undefined || run === undefined) return;
      const { range: extended, missing } = extendRange(range, run);
      this.#keep(runId, extended);
      if (missing === 0) return;
      const page = await this.#page(runId, range.from + range.items.length, missing);
      const present = this.#known.get(runId);
      if (present?.startedAt !== range.startedAt) continue;
      const longer = joinPage(present, page);
      if (longer === present) return;
      this.#keep(runId, longer);
    }
  }

  async #page(runId: string, from: number, limit: number): Promise<ResultsPage> {
    const answer = await this.#ask({ type: "results", instanceId: runId, from, limit: Math.min(limit, MAX_PAGE) });
    if (answer?.type === "results") return answer;
    throw new WorkflowError("internal", "The answer was no page.", { action: "results", runId });
  }

  #keep(runId: string, range: ResultsRange): void {
    if (this.#known.get(runId) === range) return;
    const known = new Map(this.#known);
    known.delete(runId);
    known.set(runId, range);
    for (const id of known.keys()) if (known.size > MAX_RANGES) known.delete(id);
    this.#known = known;
    this.#publish(known);
  }
}
