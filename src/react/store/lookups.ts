import type { ClientMessage, RunView, WorkflowState } from "../../agent/protocol.ts";
import { ignoreWorkflowError, WorkflowError } from "../errors.ts";
import type { Answer } from "./requests.ts";

/** The state shows every run that is under way unless there are very many: such a one is asked for again and again. */
const REFRESH_MS = 5000;

const MISSING: ReadonlySet<string> = new Set(["unknown_run", "forbidden"]);

type Ask = (message: ClientMessage) => Promise<Answer>;
type Found = ReadonlyMap<string, RunView | null>;

/** Runs that somebody looks at by id and that the agent's state does not show: they are asked for one by one. */
export class Lookups {
  readonly #ask: Ask;
  readonly #publish: (found: Found) => void;
  readonly #watchers = new Map<string, number>();
  readonly #asking = new Set<string>();
  #found: Found = new Map();
  /** Runs of the present state; undefined while there is no connection. */
  #shown: ReadonlyMap<string, RunView> | undefined;
  #total = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: Ask, publish: (found: Found) => void) {
    this.#ask = ask;
    this.#publish = publish;
  }

  watch(id: string): () => void {
    this.#watchers.set(id, (this.#watchers.get(id) ?? 0) + 1);
    this.#lookFor(id);
    let isWatching = true;
    return () => {
      if (!isWatching) return;
      isWatching = false;
      const count = (this.#watchers.get(id) ?? 1) - 1;
      if (count > 0) this.#watchers.set(id, count);
      else {
        this.#watchers.delete(id);
        this.#keep(this.#without(id));
      }
    };
  }

  /** @param isNew whether the state is the first of a connection: what was found before it may be out of date */
  update(state: WorkflowState, isNew: boolean): void {
    const before = this.#shown;
    // One that was missing may have come, and be pushed out of the state by others already.
    const hasMore = state.totalRuns !== this.#total;
    this.#total = state.totalRuns;
    this.#shown = new Map(state.runs.map((run) => [run.id, run]));
    for (const id of this.#watchers.keys()) {
      if (this.#shown.has(id)) {
        this.#keep(this.#without(id));
        continue;
      }
      // Until the answer comes, what was shown last stays.
      const last = before?.get(id);
      if (last !== undefined) this.#keep(new Map(this.#found).set(id, last));
      const found = this.#found.get(id);
      if (isNew || last !== undefined || found === undefined || (found === null && hasMore)) this.#fetch(id);
    }
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#shown = undefined;
  }

  #lookFor(id: string): void {
    if (this.#shown !== undefined && !this.#shown.has(id) && !this.#found.has(id)) this.#fetch(id);
  }

  #fetch(id: string): void {
    if (this.#asking.has(id)) return;
    this.#asking.add(id);
    void this.#ask({ type: "run", instanceId: id })
      .then(
        (answer) => (answer?.type === "run" ? answer.run : undefined),
        (error: unknown) => {
          ignoreWorkflowError(error);
          // What one may not see is not there. What was not answered is asked for again, by timer or connection.
          return error instanceof WorkflowError && MISSING.has(error.code) ? null : undefined;
        },
      )
      .then((run) => {
        this.#asking.delete(id);
        if (!this.#watchers.has(id) || this.#shown?.has(id) === true) return;
        if (run !== undefined) this.#keep(new Map(this.#found).set(id, run));
        this.#schedule();
      });
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#shown === undefined || this.#watchers.size === 0) return;
    if (this.#open().length === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const id of this.#open()) this.#fetch(id);
    }, REFRESH_MS);
  }

  /** Watched runs that may change without the state's saying so. */
  #open(): string[] {
    // Runs under way come first in the state. Where it shows nothing else, there may be more of them.
    const hidesLiveRuns = [...(this.#shown?.values() ?? [])].every(({ endedAt }) => endedAt === null);
    return [...this.#watchers.keys()].filter((id) => {
      if (this.#shown?.has(id) === true) return false;
      const run = this.#found.get(id);
      return run === undefined || (run !== null && (run.endedAt === null || hidesLiveRuns));
    });
  }

  #without(id: string): Found {
    if (!this.#found.has(id)) return this.#found;
    const found = new Map(this.#found);
    found.delete(id);
    return found;
  }

  #keep(found: Found): void {
    if (found === this.#found) return;
    this.#found = found;
    this.#publish(found);
  }
}
