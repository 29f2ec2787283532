/**
 * What a test says to a shard of a server that was started for testing, and hears from it: plain structured-cloneable
 * data, as everything between objects (E7). Without that, nothing here is answered.
 */

/** One step of a run: the `index`th use of a name, from 1, in call order (E6). */
export interface StepPlace {
  name: string;
  index: number;
}

/** What a test has changed about one run, or about all runs of a workflow that are created from now on. */
export interface Modifications {
  /** Sleeps that end as they begin. */
  sleeps: "all" | StepPlace[];
  /** Steps whose attempts follow each other without a delay. */
  retryDelays: "all" | StepPlace[];
  /** Steps whose callback is not called: this is their result. */
  results: (StepPlace & ({ value: unknown } | { stream: Uint8Array }))[];
  /** Steps whose first attempts fail without a call of their callback: `times` with this entry, then the next one's. */
  failures: (StepPlace & { failure: Failure; times: number | "always" })[];
  /** Events that are there already when a step waits for one of their type; in this order, before events that are sent. */
  events: { type: string; payload: unknown }[];
  /** Waits for an event that time out at once. */
  eventTimeouts: StepPlace[];
  /** Whether every recorded outcome is followed by a replay, as if the object had been evicted between any two steps. */
  replaysAlways: boolean;
}

/** The attempt's timeout, or what the callback is taken to have thrown. */
export type Failure = "timeout" | { name: string; message: string };

export type StepType = "do" | "sleep" | "waitForEvent";

/** What is waited for: a status, or the outcome of a step. */
export type Awaited = { status: string } | { step: StepPlace; type: StepType };

/** Asked of any shard, which asks those that hold the runs. */
export type TestCall = BindingCall | ShardCall;

/** A method of the binding, or of one instance, as the application's own code would call it. */
export interface BindingCall {
  op: "call";
  binding: string;
  id?: string;
  method: string;
  args: unknown[];
}

export type ShardCall =
  /** `null` takes back what was changed. A run that is unfinished is evicted, so that it heeds the change. */
  | { op: "modify"; workflow: string; id: string; modifications: Modifications | null }
  /** For runs of a workflow that are created from now on, and `null` for none. */
  | { op: "modifyAll"; workflow: string; modifications: Modifications | null }
  /** The ids of the runs that have been created since the workflow was modified, oldest first. */
  | { op: "created"; workflow: string }
  /** The run's execution is dropped from memory and replayed. `false`: it has none, being paused, queued or at its end. */
  | { op: "evict"; workflow: string; id: string }
  | { op: "await"; workflow: string; id: string; what: Awaited; waitMs: number };

export type TestAnswer = { value: unknown } | { error: { name: string; message: string } };

/** What became of an `await`. */
export type AwaitAnswer =
  | { is: "reached" }
  | { is: "completed"; value: unknown }
  | { is: "failed"; error: { name: string; message: string } }
  /** What is waited for cannot come any more. */
  | { is: "ended"; status: string }
  /** Not yet. */
  | { is: "pending"; status: string; steps: string[] };
