import { EngineError, reviveError } from "../base/errors.ts";
import type { EventsTable } from "../journal/events-table.ts";
import { parseDuration } from "../time/duration.ts";
import type { RetryPlan } from "../steps/retry-plan.ts";
import type { StepConfig } from "../steps/step-config.ts";
import type { StepRow } from "../journal/steps-table.ts";
import type { Modifications, StepPlace } from "./test-protocol.ts";
import { encode } from "../journal/value-store.ts";

/** Keys of what tests have changed. Kept in storage, so that a run taken up after a crash never meets the real thing. */
const PREFIX = "test:";

const NOTHING: Modifications = {
  sleeps: [],
  retryDelays: [],
  results: [],
  failures: [],
  events: [],
  eventTimeouts: [],
  replaysAlways: false,
};

/** What is changed for the runs of a workflow that were created after run number `after`. */
interface WorkflowChange {
  after: number;
  modifications: Modifications;
}

/** What tests have changed in one shard. There is none of this in a server that was not started for testing. */
export class TestHooks {
  readonly #storage: DurableObjectStorage;
  readonly #runs = new Map<string, Modifications>();
  readonly #workflows = new Map<string, WorkflowChange>();

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    for (const [key, value] of storage.kv.list({ prefix: PREFIX })) {
      const name = key.slice(PREFIX.length);
      // Written below, so the shapes are known. A workflow's name has no slash.
      if (name.includes("/")) this.#runs.set(name, value as Modifications);
      else this.#workflows.set(name, value as WorkflowChange);
    }
  }

  /** What holds for one run; `undefined` when nothing is changed for it. */
  ofRun(workflow: string, id: string, run: number): RunHooks | undefined {
    const own = this.#runs.get(`${workflow}/${id}`);
    const change = this.#workflows.get(workflow);
    const shared = change !== undefined && run > change.after ? change.modifications : undefined;
    return own === undefined && shared === undefined ? undefined : new RunHooks([own ?? NOTHING, shared ?? NOTHING]);
  }

  /** Inside a write. */
  changeRun(workflow: string, id: string, modifications: Modifications | null): void {
    this.#put(this.#runs, `${workflow}/${id}`, modifications);
  }

  /** Inside a write. `after`: the number of the latest run there is. */
  changeWorkflow(workflow: string, after: number, modifications: Modifications | null): void {
    const change = { after: this.#workflows.get(workflow)?.after ?? after };
    this.#put(this.#workflows, workflow, modifications && { ...change, modifications });
  }

  /** Runs of the workflow after this number are those that the change is for. */
  changedAfter(workflow: string): number | undefined {
    return this.#workflows.get(workflow)?.after;
  }

  #put<T>(map: Map<string, T>, name: string, value: T | null): void {
    if (value === null) {
      map.delete(name);
      this.#storage.kv.delete(PREFIX + name);
    } else {
      this.#storage.kv.put(PREFIX + name, value);
      map.set(name, value);
    }
  }
}

/** What is changed for one execution; the run's own changes come before those of its workflow. */
export class RunHooks {
  readonly #modifications: readonly Modifications[];

  constructor(modifications: readonly Modifications[]) {
    this.#modifications = modifications;
  }

  get replaysAlways(): boolean {
    return this.#modifications.some(({ replaysAlways }) => replaysAlways);
  }

  skipsSleep(row: StepRow): boolean {
    return this.#modifications.some(({ sleeps }) => covers(sleeps, row));
  }

  skipsRetryDelay(row: StepRow): boolean {
    return this.#modifications.some(({ retryDelays }) => covers(retryDelays, row));
  }

  planOf(row: StepRow, plan: RetryPlan): RetryPlan {
    return "delay" in plan && this.skipsRetryDelay(row) ? { delay: 0 } : plan;
  }

  timesOut(row: StepRow): boolean {
    return this.#modifications.some(({ eventTimeouts }) => covers(eventTimeouts, row));
  }

  /**
   * What is called in this attempt instead of the step's callback. It depends on the attempt's number alone, so that a
   * replay, a crash or a restart of the run changes nothing about it.
   */
  callbackFor(row: StepRow, config: StepConfig): (() => unknown) | undefined {
    for (const { failures, results } of this.#modifications) {
      let failed = 0;
      for (const { failure, times } of failures.filter((entry) => isAt(entry, row))) {
        failed += times === "always" ? Number.POSITIVE_INFINITY : times;
        if (row.attempts > failed) continue;
        return () => {
          throw failure === "timeout" ? timeoutOf(config) : reviveError(failure);
        };
      }
      const result = results.find((entry) => isAt(entry, row));
      if (result !== undefined) return () => ("stream" in result ? streamOf(result.stream) : result.value);
    }
    return undefined;
  }

  /**
   * Inside a write: the next event of a type that a test has put there, as one that was sent. Its token tells whether
   * this run has had it; a restart of the run forgets that together with the event (spec §4.7).
   */
  takeEvent(events: EventsTable, run: number, type: string): number | undefined {
    for (const [level, modifications] of this.#modifications.entries()) {
      for (const [index, event] of modifications.events.entries()) {
        const token = `${PREFIX}${level}:${index}`;
        if (event.type !== type || events.has(run, token)) continue;
        return events.add(run, type, Date.now(), encode(event.payload, `Payload of event "${type}"`), token);
      }
    }
    return undefined;
  }
}

function covers(places: "all" | readonly StepPlace[], row: StepRow): boolean {
  return places === "all" || places.some((place) => isAt(place, row));
}

function isAt({ name, index }: StepPlace, row: StepRow): boolean {
  return name === row.name && index === row.count;
}

function timeoutOf({ timeout }: StepConfig): EngineError {
  return new EngineError("WorkflowTimeoutError", `Execution timed out after ${parseDuration(timeout) ?? 0}ms`);
}

function streamOf(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({
    start(controller) {
      if (bytes.byteLength > 0) controller.enqueue(bytes.slice());
      controller.close();
    },
  });
}
