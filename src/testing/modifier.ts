import type { Modifications, StepPlace } from "../engine/testing/test-protocol.ts";

/** A step: the `index`th use of a name, in the order of the calls. Default 1, the first. */
export interface StepSelector {
  readonly name: string;
  readonly index?: number;
}

/**
 * What a test may change about a run: the names of Cloudflare's `modify`, and `replayAlways`. Steps that are replaced
 * count and are recorded as any others. All of it holds for the run from its beginning, also when it is restarted or
 * its server is.
 */
export interface WorkflowInstanceModifier {
  /** Sleeps end as they begin: these, or all. */
  disableSleeps(steps?: readonly StepSelector[]): Promise<void>;
  /** Attempts follow each other without a delay: those of these steps, or of all. */
  disableRetryDelays(steps?: readonly StepSelector[]): Promise<void>;
  /**
   * The step's callback is not called, and this is its result: anything that structured clone carries but instances of
   * classes, or a stream of bytes.
   * @throws when the step's result is mocked already.
   */
  mockStepResult(step: StepSelector, result: unknown): Promise<void>;
  /**
   * The step's first `times` attempts, or all, fail with this error; its callback is not called for them. Further calls
   * are for the attempts after those.
   * @throws when the step's result is mocked already.
   */
  mockStepError(step: StepSelector, error: Error, times?: number): Promise<void>;
  /** The same with the error of an attempt that took too long. @throws when the step's result is mocked already. */
  forceStepTimeout(step: StepSelector, times?: number): Promise<void>;
  /** An event is there when the run waits for one of this type; before those that are sent, in order of the calls. */
  mockEvent(event: { readonly type: string; readonly payload?: unknown }): Promise<void>;
  /** A `waitForEvent` times out at once. */
  forceEventTimeout(step: StepSelector): Promise<void>;
  /**
   * After every outcome that is recorded, the run is dropped from memory and run again from the top. What it does must
   * be the same; code between steps that is not deterministic shows.
   */
  replayAlways(): Promise<void>;
}

export function noModifications(): Modifications {
  return {
    sleeps: [],
    retryDelays: [],
    results: [],
    failures: [],
    events: [],
    eventTimeouts: [],
    replaysAlways: false,
  };
}

/** Notes down what is asked for. */
export class Modifier implements WorkflowInstanceModifier {
  readonly #to: Modifications;

  constructor(to: Modifications) {
    this.#to = to;
  }

  async disableSleeps(steps?: readonly StepSelector[]): Promise<void> {
    this.#to.sleeps = widened(this.#to.sleeps, steps);
  }

  async disableRetryDelays(steps?: readonly StepSelector[]): Promise<void> {
    this.#to.retryDelays = widened(this.#to.retryDelays, steps);
  }

  async mockStepResult(step: StepSelector, result: unknown): Promise<void> {
    const place = placeOf(step);
    this.#refuseMocked(place, `Trying to mock step '${place.name}' multiple times!`);
    const value =
      result instanceof ReadableStream
        ? { stream: new Uint8Array(await new Response(result).arrayBuffer()) }
        : { value: result };
    this.#to.results.push({ ...place, ...value });
  }

  async mockStepError(step: StepSelector, error: Error, times?: number): Promise<void> {
    const place = placeOf(step);
    this.#refuseMocked(place, `Trying to mock error on step '${place.name}' after mocking its result!`);
    if (!(error instanceof Error)) throw new TypeError(`mockStepError of step '${place.name}' needs an Error.`);
    const { name, message } = error;
    this.#to.failures.push({ ...place, failure: { name, message }, times: timesOf(times) });
  }

  async forceStepTimeout(step: StepSelector, times?: number): Promise<void> {
    const place = placeOf(step);
    this.#refuseMocked(place, `Trying to force timeout on step '${place.name}' after mocking its result!`);
    this.#to.failures.push({ ...place, failure: "timeout", times: timesOf(times) });
  }

  async mockEvent({ type, payload }: { readonly type: string; readonly payload?: unknown }): Promise<void> {
    if (!/^\w[\w-]{0,99}$/.test(type)) {
      throw new TypeError(`An event's type is 1 to 100 letters, digits, "_" or "-", not ${JSON.stringify(type)}.`);
    }
    this.#to.events.push({ type, payload });
  }

  async forceEventTimeout(step: StepSelector): Promise<void> {
    this.#to.eventTimeouts.push(placeOf(step));
  }

  async replayAlways(): Promise<void> {
    this.#to.replaysAlways = true;
  }

  #refuseMocked({ name, index }: StepPlace, why: string): void {
    if (this.#to.results.some((entry) => entry.name === name && entry.index === index)) {
      throw new Error(`[WorkflowIntrospector] ${why}`);
    }
  }
}

export function placeOf({ name, index = 1 }: StepSelector): StepPlace {
  if (typeof name !== "string") throw new TypeError("A step is named by { name, index? }.");
  if (!Number.isSafeInteger(index) || index < 1) {
    throw new TypeError(`The index of step '${name}' is a whole number from 1, not ${String(index)}.`);
  }
  return { name, index };
}

function widened(known: "all" | StepPlace[], steps: readonly StepSelector[] | undefined): "all" | StepPlace[] {
  return steps === undefined || known === "all" ? "all" : [...known, ...steps.map(placeOf)];
}

function timesOf(times: number | undefined): number | "always" {
  if (times === undefined) return "always";
  if (Number.isSafeInteger(times) && times >= 1) return times;
  throw new TypeError(`How often a step fails is a whole number from 1, not ${String(times)}.`);
}
