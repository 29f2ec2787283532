import type { HistoryEvent, HistoryPage, HistoryQuery, HistorySkip } from "../protocol.ts";

export interface SubscribeOptions {
  /** Only events with a greater id. Default: all. */
  cursor?: number;
  /** Only events of these types. Default: all. */
  filter?: readonly string[];
}

const PAGE = 500;
const WAIT_MS = 15_000;
const FINAL: ReadonlySet<string> = new Set(["workflow_completed", "workflow_errored", "workflow_terminated"]);
const TYPES: ReadonlySet<string> = new Set([
  ...FINAL,
  ...["queued", "started", "running", "paused", "waiting_for_pause", "waiting"].map((state) => `workflow_${state}`),
  ...["step", "attempt", "rollback_step", "rollback_attempt", "rollback"].flatMap((what) =>
    ["started", "completed", "errored"].map((end) => `${what}_${end}`),
  ),
  "sleep_started",
  "sleep_completed",
  "wait_started",
  "wait_completed",
  "wait_timed_out",
]);

/** @throws Error with Cloudflare's text */
export function checkSubscribeOptions(options: unknown): SubscribeOptions {
  if (options === undefined) return {};
  if (!isOptions(options)) throw new Error("Invalid Workflow subscription options");
  return options;
}

function isOptions(options: unknown): options is SubscribeOptions {
  if (typeof options !== "object" || options === null || Array.isArray(options)) return false;
  if (Object.keys(options).some((key) => key !== "cursor" && key !== "filter")) return false;
  const cursor: unknown = Reflect.get(options, "cursor");
  const filter: unknown = Reflect.get(options, "filter");
  if (cursor !== undefined && (!Number.isSafeInteger(cursor) || Number(cursor) < 0)) return false;
  return (
    filter === undefined ||
    (Array.isArray(filter) && filter.every((type: unknown) => typeof type === "string" && TYPES.has(type)))
  );
}

/** What `instance.subscribe()` returns: the history from a cursor on, then what happens, to the run's end (spec §4.9). */
export class WorkflowSubscription {
  readonly #read: (query: HistoryQuery) => Promise<HistoryPage>;
  readonly #filter: ReadonlySet<string> | undefined;
  #after: number;
  #skip: HistorySkip | undefined;
  #buffer: HistoryEvent[] = [];
  #isDone = false;

  constructor(read: (query: HistoryQuery) => Promise<HistoryPage>, { cursor = 0, filter }: SubscribeOptions) {
    this.#read = read;
    this.#after = cursor;
    this.#filter = filter && new Set(filter);
  }

  /** The next event; `done` after the one that ends the run. */
  async next(): Promise<{ done: false; value: HistoryEvent } | { done: true; value: undefined }> {
    for (;;) {
      const event = this.#buffer.shift();
      if (event === undefined) {
        if (this.#isDone) return { done: true, value: undefined };
        await this.#fill();
        continue;
      }
      if (FINAL.has(event.type)) {
        this.#isDone = true;
        this.#buffer = [];
      }
      if (this.#filter?.has(event.type) !== false) return { done: false, value: event };
    }
  }

  async #fill(): Promise<void> {
    const query = { after: this.#after, limit: PAGE, waitMs: WAIT_MS, ...(this.#skip && { skip: this.#skip }) };
    const { events, ended, skip } = await this.#read(query);
    this.#skip = skip;
    this.#after = events.at(-1)?.eventId ?? this.#after;
    this.#buffer.push(...events);
    if (ended && events.length === 0) this.#isDone = true;
  }

  [Symbol.dispose](): void {
    this.#isDone = true;
    this.#buffer = [];
  }
}
