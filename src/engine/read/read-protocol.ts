import type { StatusName } from "../base/status.ts";
import type { JsonValue, JsonView } from "./json-view.ts";

/**
 * The read side: what the admin API, and through it console, CLI and metrics, read of an application's runs. Plain data
 * that JSON carries as it is (E7). Times are milliseconds since the epoch. A page that stops early, because enough was
 * read for one answer, says so with a `next` to go on from: only `null` means that there is no more.
 */

/** A refusal is an answer; `unavailable` says that a shard could not be read, so that nothing is missing in silence. */
export type Read<T> =
  | { ok: true; value: T }
  | { ok: false; reason: "invalid" | "notFound" | "unavailable"; message: string };

export interface ErrorView {
  name: string;
  message: string;
}

export type RunStatus = StatusName | "unknown";

// --- the catalog ---------------------------------------------------------------------------------------------------

/** A run in a list. */
export interface RunSummary {
  workflow: string;
  id: string;
  status: RunStatus;
  createdAt: number;
  /** Of the present beginning, after a restart. */
  startedAt?: number;
  endedAt?: number;
  /** Of an errored run; a long message is cut. */
  error?: ErrorView;
}

export interface RunQuery {
  workflow?: string;
  /** Any of these. */
  statuses?: readonly string[];
  /** Created at this time or later. */
  from?: number;
  /** Created before this time. */
  to?: number;
  /** What the id begins with. */
  prefix?: string;
  /** What stands somewhere in the id, in small or capital letters. */
  text?: string;
  /** `next` of the page before. */
  cursor?: string;
  /** Runs on a page, 1 to 1000. */
  limit: number;
}

/** Runs, newest first; one whose id is the very text or prefix asked for stands before all others. */
export interface RunPage {
  runs: RunSummary[];
  /**
   * A page of a search can be short, or empty, and still have a next one: so many rows are read for one answer at most.
   */
  next: string | null;
  /** Rows that were read for this page, over all shards. */
  rowsRead: number;
}

export interface WorkflowOverview {
  name: string;
  /** Absent where the present application does not have the workflow any more, but the data has runs of it. */
  className?: string;
  isRegistered: boolean;
  /** How many runs there are of each status. */
  counts: Record<StatusName, number>;
}

export interface ShardFigures {
  shard: number;
  /** Runs that are in memory and execute. */
  executing: number;
  runs: number;
  databaseBytes: number;
  /** When something of a run falls due: the end of a sleep, of a back-off, of the patience of a wait. */
  nextDueAt: number | null;
  /** When the next ended run is forgotten. */
  nextPurgeAt: number | null;
}

// --- one run -------------------------------------------------------------------------------------------------------

export interface RunDetails extends RunSummary {
  params: JsonView;
  /** Of a complete run that returned something. */
  output?: JsonView;
  error?: ErrorView & { stack?: string };
  rollback?: { outcome?: "complete" | "failed"; error?: ErrorView };
  pausedAt?: number;
  /** When an ended run is forgotten. */
  purgeAt?: number;
  /** How long the run is kept after its end, in ms, where `create` asked for it. */
  successRetentionMs?: number;
  errorRetentionMs?: number;
  /** Whether the run is in memory and executes. */
  isExecuting: boolean;
  /** The place of the latest step that began: how many there are, but for places that a crash left empty. */
  latestStep: number;
}

export interface PageQuery {
  /** The last place, event or mark of the page before; 0 for the first page. */
  after: number;
  /** 1 to 1000. */
  limit: number;
}

/**
 * `running`: its callback is being executed. `waiting`: a sleep, a wait or a back-off is open. `interrupted`: it began
 * and is not executed now, because its process died, or because the run is paused or has ended.
 */
export type StepState = "running" | "waiting" | "interrupted" | "completed" | "failed";

export interface StepView {
  /** Place in order of start, from 1. */
  place: number;
  kind: "do" | "sleep" | "waitForEvent";
  name: string;
  /** The nth step of that kind and name. */
  count: number;
  state: StepState;
  startedAt: number;
  endedAt?: number;
  /** When the sleep, the wait's patience or the back-off ends. */
  dueAt?: number;
  /** What is left of it, in ms, while the run is paused. */
  heldMs?: number;
  /** Length of a sleep, patience of a wait. */
  waitMs?: number;
  /** What a wait waits for. */
  eventType?: string;
  /** Of `step.do`: as resolved at its first execution; a delay function is `"[dynamic]"`. */
  config?: JsonValue;
  /** Of `step.do`: the latest attempts, in order. */
  attempts?: AttemptView[];
  /** There are more before those. */
  hasEarlierAttempts?: true;
  /** Of `step.do`: `"[REDACTED]"` where the step is sensitive. Of `waitForEvent`: the event. */
  output?: JsonView;
  /** What a failed step threw into `run`. */
  error?: ErrorView;
  /** What has become of the step's rollback handler, where it has one. */
  rollback?: "registered" | "done" | "failed";
}

export interface AttemptView {
  attempt: number;
  state: "running" | "interrupted" | "completed" | "failed";
  startedAt: number;
  endedAt?: number;
  error?: ErrorView & { stack?: string };
  /** After a failed attempt: how long the next one was put off. */
  delayMs?: number;
}

export interface StepPage {
  steps: StepView[];
  /** `after` of the next page. */
  next: number | null;
  rowsRead: number;
}

export interface AttemptQuery {
  place: number;
  /** Attempts with a smaller number; absent for the latest. */
  before?: number;
  /** 1 to 1000. */
  limit: number;
}

/** In order; pages go back in time. */
export interface AttemptPage {
  attempts: AttemptView[];
  /** `before` of the next page. */
  next: number | null;
  rowsRead: number;
}

/** An event that the run was sent. */
export interface EventView {
  event: number;
  type: string;
  sentAt: number;
  payload?: JsonView;
  /** The wait that took it; absent while it is kept for one. */
  takenBy?: { place: number; name: string; count: number };
}

/** In order of acceptance. */
export interface EventPage {
  events: EventView[];
  next: number | null;
  rowsRead: number;
}

/** What happened, as `instance.subscribe()` tells it; `params` and `output` are `JsonView`s. */
export interface HistoryEntry {
  /** Grows with every entry of a run. */
  eventId: number;
  timestamp: number;
  type: string;
  /** The step it is about. */
  step?: { place: number; kind: StepView["kind"]; name: string; count: number };
  [fact: string]: JsonValue | undefined;
}

export interface HistoryViewQuery {
  /** `next` of the page before. */
  after?: string;
  /** 1 to 1000. */
  limit: number;
  /** How long to wait for an entry when there is none, at most 20 s. */
  waitMs: number;
}

export interface HistoryView {
  entries: HistoryEntry[];
  /** Where a follower goes on; the run may still go on. `null` when it has ended and all is told. */
  next: string | null;
  rowsRead: number;
}

/**
 * The shard's methods of the read side. Those that name a run are for the shard that holds it (`shardOf`); `runs`,
 * `workflows` and `shards` may be asked of any: it asks all the others.
 */
export interface ReadSide {
  runs(query: RunQuery): Promise<Read<RunPage>>;
  workflows(): Promise<Read<WorkflowOverview[]>>;
  shards(): Promise<Read<ShardFigures[]>>;
  describe(workflow: string, id: string): Promise<Read<RunDetails>>;
  steps(workflow: string, id: string, query: PageQuery): Promise<Read<StepPage>>;
  attempts(workflow: string, id: string, query: AttemptQuery): Promise<Read<AttemptPage>>;
  events(workflow: string, id: string, query: PageQuery): Promise<Read<EventPage>>;
  historyView(workflow: string, id: string, query: HistoryViewQuery): Promise<Read<HistoryView>>;
}
