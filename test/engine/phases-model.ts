/** A phase of the workflow `Phases` of `test/fixtures/property-app`; `fail` is its last. */
export type Phase = "held" | "wait" | "sleep" | "fail";

export type ModelStatus = "running" | "waitingForPause" | "paused" | "complete" | "errored" | "terminated";

const ENDS: ReadonlySet<ModelStatus> = new Set(["complete", "errored", "terminated"]);

/** What a call comes to: nothing, or a refusal whose text contains this. */
export type Answer = string | undefined;

const NOT_FOUND = "instance.not_found";
const CANNOT_TERMINATE = "(instance.cannot_terminate) Cannot terminate instance since its on a finite state";
const NOT_RUNNING = "(instance.not_running)";

/**
 * What the specification says of an instance in words (§4.3 – §4.8, §8), in the simplest terms: no rows, no clocks, no
 * executions. Each method is a call; it returns what the call must come to.
 */
export class PhasesModel {
  readonly id: string;
  readonly phases: readonly Phase[];
  exists = false;
  status: ModelStatus = "running";
  /** The phase that it has come to. */
  at = 0;
  /** A callback is in flight. */
  isHeld = false;
  /** Whether the step of the phase that it has come to has begun; a kill may come before that is on disk. */
  hasBegun: boolean | "perhaps" = false;
  /** Accepted events that no wait has taken, and those that were, by phase. */
  #kept: number[] = [];
  #taken = new Map<number, number>();
  /** How many times the callback of each phase must have begun, and its code come to each phase at least. */
  readonly begun = new Map<number, number>();
  readonly visits = new Map<number, number>();

  constructor(id: string, phases: readonly Phase[]) {
    this.id = id;
    this.phases = phases;
  }

  get hasEnded(): boolean {
    return ENDS.has(this.status);
  }

  get output(): number[] | null {
    return this.status === "complete" ? [...this.#taken].toSorted(([a], [b]) => a - b).map(([, n]) => n) : null;
  }

  create(): Answer {
    if (this.exists) return `(instance.already_exists) Workflow instance with id "${this.id}" already exists`;
    this.exists = true;
    this.#begin(0);
    return undefined;
  }

  pause(): Answer {
    return this.#existing(() => {
      if (this.status === "running") this.status = this.isHeld ? "waitingForPause" : "paused";
    });
  }

  resume(): Answer {
    return this.#existing(() => {
      if (this.status === "waitingForPause") this.status = "running";
      else if (this.status === "paused") this.#execute();
    });
  }

  terminate(): Answer {
    return this.#existing(() => {
      if (this.hasEnded) return CANNOT_TERMINATE;
      this.status = "terminated";
      this.isHeld = false;
      return undefined;
    });
  }

  restart(): Answer {
    return this.#existing(() => this.#begin(0));
  }

  /** From the first step of a phase; one that the run has not come to is not in its history. */
  restartFrom(phase: number): Answer {
    return this.#existing(() => {
      if (this.hasStarted(phase) === false) return `(instance.cannot_restart) Step "${this.nameOf(phase)}" not found`;
      return this.#begin(phase);
    });
  }

  /** Whether the step of a phase is in the history. */
  hasStarted(phase: number): boolean | "perhaps" {
    if (phase !== this.at) return phase < this.at;
    // A wait or sleep has begun in the moment in which the code comes to it, or a little later.
    return this.phases[phase] === "held" ? this.hasBegun : "perhaps";
  }

  nameOf(phase: number): string {
    return `${this.phases[phase] ?? ""} ${phase}`;
  }

  sendEvent(n: number): Answer {
    return this.#existing(() => {
      if (this.hasEnded) return NOT_RUNNING;
      this.#kept.push(n);
      if (this.status === "running") this.#goOn();
      return undefined;
    });
  }

  delete(): Answer {
    return this.#existing(() => {
      this.exists = false;
      this.isHeld = false;
    });
  }

  /** The callback in flight ends. */
  release(): void {
    this.isHeld = false;
    this.#pass();
    if (this.status === "waitingForPause") this.status = "paused";
    else this.#arrive();
  }

  /** The process is killed and started again: nothing is in flight any more, and what was running goes on. */
  kill(): void {
    if (this.isHeld) this.hasBegun = "perhaps";
    this.isHeld = false;
    if (!this.exists) return;
    if (this.status === "waitingForPause") this.status = "paused";
    else if (this.status === "running") this.#execute();
  }

  #existing(call: () => Answer | void): Answer {
    return this.exists ? (call() ?? undefined) : NOT_FOUND;
  }

  #begin(phase: number): undefined {
    this.at = phase;
    this.isHeld = false;
    this.hasBegun = false;
    this.#kept = [];
    for (const taken of this.#taken.keys()) if (taken >= phase) this.#taken.delete(taken);
    this.#execute();
  }

  /** The code runs from its top; what is recorded is passed by. */
  #execute(): void {
    this.status = "running";
    for (let phase = 0; phase < this.at; phase++) count(this.visits, phase);
    this.#arrive();
  }

  #arrive(): void {
    count(this.visits, this.at);
    this.#goOn();
  }

  #goOn(): void {
    const phase = this.phases[this.at];
    if (phase === undefined) this.status = "complete";
    else if (phase === "fail") this.status = "errored";
    else if (phase === "held" && !this.isHeld) {
      this.isHeld = true;
      this.hasBegun = true;
      count(this.begun, this.at);
    } else if (phase === "wait") this.#take();
  }

  #take(): void {
    const event = this.#kept.shift();
    if (event === undefined) return;
    this.#taken.set(this.at, event);
    this.#pass();
    this.#arrive();
  }

  #pass(): void {
    this.at++;
    this.hasBegun = false;
  }
}

function count(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
