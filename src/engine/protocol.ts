import type { ShardPage, ShardQuery } from "./read/catalog.ts";
import type { ShardOverview } from "./read/overview.ts";
import type { Retention } from "./base/retention.ts";
import type { ShardCall, TestAnswer } from "./testing/test-protocol.ts";

/**
 * What binding and shard say to each other: plain structured-cloneable data, so that the engine runs on any Durable
 * Objects host (E7). A refusal is an answer, not an exception: what is thrown is a failure of the way between them,
 * and the caller may repeat the call (E8).
 */

export type Reply<T> = { ok: true; value: T } | { ok: false; refusal: string };

export interface CreateRequest extends Retention {
  id: string;
  params: unknown;
}

/** `instance.status()` (spec §4.2). */
export interface InstanceStatus {
  status: string;
  error?: { name: string; message: string };
  output: unknown;
  /** Only when the run was rolled back. */
  rollback?: { outcome: "complete" | "failed"; error: { name: string; message: string } | null };
}

/** What has happened to a run (spec §4.9). Further facts stand beside these, by type. */
export interface HistoryEvent {
  instanceId: string;
  /** Grows with every event of a run; a cursor. */
  eventId: number;
  /** Milliseconds since the epoch. */
  timestamp: number;
  type: string;
  [fact: string]: unknown;
}

export interface HistoryQuery {
  /** Events with a greater id only. */
  after: number;
  /** At most 1000. */
  limit: number;
  /** How long to wait for an event when there is none, at most 20 s. */
  waitMs: number;
  /** As the page gave it that ended with `after`; without it the steps of the run are looked through anew. */
  skip?: HistorySkip;
}

/** Which steps have nothing more to tell after a mark: all up to the place `settled`, but for those in `open`. */
export interface HistorySkip {
  settled: number;
  open: readonly number[];
}

export interface HistoryPage {
  events: HistoryEvent[];
  /** No more events will come. */
  ended: boolean;
  skip: HistorySkip;
}

/** How a shard stands with the runs of a workflow that has a `concurrency.limit`. */
export interface LineState {
  /** Runs that execute. */
  executing: number;
  /** Place of the first in line: the smaller, the earlier its turn. `null` when nobody waits. */
  head: number | null;
  /** Grows; what was said earlier may arrive later. */
  asOf: number;
}

export interface RestartFrom {
  name: string;
  count: number;
  type: "do" | "sleep" | "waitForEvent";
}

/**
 * The shard's methods as the binding calls them. `token` marks one call, so that its repetition is recognised; where
 * nothing is left that could carry a token, `repeated` says so.
 */
export interface EngineStub {
  create(workflow: string, request: CreateRequest, token: string): Promise<Reply<null>>;
  /** The ids that were created, in order; those that existed before are left out. */
  createBatch(workflow: string, requests: CreateRequest[], token: string): Promise<Reply<string[]>>;
  exists(workflow: string, id: string): Promise<boolean>;
  status(workflow: string, id: string): Promise<Reply<InstanceStatus>>;
  history(workflow: string, id: string, query: HistoryQuery): Promise<Reply<HistoryPage>>;
  pause(workflow: string, id: string): Promise<Reply<null>>;
  resume(workflow: string, id: string): Promise<Reply<null>>;
  terminate(workflow: string, id: string, rollback: boolean, token: string): Promise<Reply<null>>;
  restart(workflow: string, id: string, from: RestartFrom | null): Promise<Reply<null>>;
  delete(workflow: string, id: string, repeated: boolean): Promise<Reply<null>>;
  /** The ids that were deleted; the others did not exist. */
  deleteBatch(workflow: string, ids: string[]): Promise<string[]>;
  sendEvent(
    workflow: string,
    id: string,
    event: { type: string; payload: unknown },
    token: string,
  ): Promise<Reply<null>>;
  /** Between shards (schedules.ts): a schedule fires. Its instance is created once, whoever asks and how often. */
  createScheduled(workflow: string, cron: string, scheduledTime: number): Promise<void>;
  /** Between shards (limiter.ts): what one says of its own accord, … */
  lineChanged(workflow: string, shard: number, state: LineState): Promise<void>;
  /** … what it says when asked, by a limiter that it obeys from then on, … */
  line(workflow: string, limiter: string): Promise<LineState>;
  /**
   * … and how many of its line it is told to begin; `null` when another limiter has asked since, and nothing is done.
   * The only call here that may not be repeated.
   */
  admit(workflow: string, count: number, limiter: string): Promise<LineState | null>;
  /** The part of a test's call that concerns one shard (test-commands.ts). */
  testHere(call: ShardCall): Promise<TestAnswer>;
  /** A shard's part of a listing, … */
  listOwn(query: ShardQuery): Promise<ShardPage>;
  /** … and of the figures over all shards (read/overall.ts). */
  overviewOwn(): Promise<ShardOverview>;
}

export const REFUSAL = {
  invalidId: "Workflow instance has invalid id",
  invalidIdInBody: "(instance.invalid_id) Instance ID is invalid",
  /** `get`, and every method of a handle. */
  notFound: "instance.not_found",
  /** `delete`. */
  notThere: "(instance.not_found) Instance does not exist",
  cannotTerminate: "(instance.cannot_terminate) Cannot terminate instance since its on a finite state",
  notRunning: "(instance.not_running) Cannot send an event to an instance that has ended",
  emptyBatch: "batchCreate should have at least 1 instance",
  largeCall:
    "The arguments are too large: params and payloads may take 1MiB each, and those of one call 32MiB together",
  largeBatch: "batchCreate only supports 100 instances at a time",
  alreadyExists: (id: string): string => `(instance.already_exists) Workflow instance with id "${id}" already exists`,
  stepNotFound: (name: string): string => `(instance.cannot_restart) Step "${name}" not found in execution history`,
} as const;
