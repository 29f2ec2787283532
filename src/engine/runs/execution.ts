import type { Caution } from "./caution.ts";
import type { ChunksTable } from "../journal/chunks-table.ts";
import type { Commits } from "../journal/commits.ts";
import { EngineError } from "../base/errors.ts";
import type { EventsTable } from "../journal/events-table.ts";
import { insideOf, type Place, recallPlace, storePlace } from "../steps/inside.ts";
import { type Marks, timeOf } from "../journal/marks.ts";
import { never } from "../base/never.ts";
import type { RollbackHandler } from "../steps/rollback-options.ts";
import type { WorkflowDefinition } from "../registry.ts";
import type { StorageCheck } from "../journal/storage-check.ts";
import type { RunsTable } from "../journal/runs-table.ts";
import { STEPS_PER_RUN } from "../journal/schema.ts";
import { MAX_INSTANCE_BYTES } from "../base/values.ts";
import { FORM, cloneKey, decode } from "../journal/value-store.ts";
import { replayStream } from "../steps/stream-results.ts";
import { firstKey, ROLLBACK, STATE, type StepRow, type StepsTable } from "../journal/steps-table.ts";
import type { RunHooks } from "../testing/test-hooks.ts";
import type { Timer, Timers } from "../time/timers.ts";

/** A run's row is told how much the run takes on disk whenever that has grown by so much. */
const SAY_BYTES = 1024 * 1024;

/**
 * While rollback handlers are collected: how long a branch of the code may do something of its own between two steps,
 * once another has come to its end.
 */
const COLLECT_PATIENCE_MS = 10_000;

/** What an execution needs of the shard it runs in. */
export interface ExecutionHost {
  readonly storage: DurableObjectStorage;
  readonly storageCheck: StorageCheck;
  readonly marks: Marks;
  readonly runs: RunsTable;
  readonly steps: StepsTable;
  readonly events: EventsTable;
  readonly chunks: ChunksTable;
  readonly commits: Commits;
  readonly timers: Timers;
  readonly caution: Caution;
  /** The run ends `errored` whatever its code does (spec §6.10); `alsoWrite` is part of the same write. */
  failRun(execution: Execution, thrown: unknown, alsoWrite: () => void): void;
  /** Called inside a write: the last callback of a run that is to pause has ended. */
  markPaused(execution: Execution): void;
  /** Whoever follows the history of this run has something to read. */
  changed(run: number): void;
  /** Inside the write of a step's outcome. */
  recorded(execution: Execution): void;
  /** The journal could not be written: the execution is given up and run again from what is on disk (E8). */
  suspend(execution: Execution, cause: unknown): void;
}

/** A step of the present execution: its row, and whether any of it is on disk yet. */
export interface OpenStep {
  readonly row: StepRow;
  stored: boolean;
}

/** A call of a step (E6). */
export interface Use extends Place {
  readonly kind: number;
  readonly name: string;
  /** The nth use of this kind and name, wherever it is called. */
  readonly count: number;
}

/** A wait of ours: the end of a sleep, of a back-off, or the timeout of a wait for an event. */
interface Wait {
  dueAt: number;
  fire: () => void;
  timer: Timer | undefined;
  /** What was left of it when the pause was asked for. */
  heldMs: number;
}

/** A `waitForEvent` that is open in this execution. */
export interface Waiter {
  readonly step: OpenStep;
  /** Called inside the write that records the delivery. */
  readonly deliver: (event: number) => void;
}

/**
 * One live execution of `run()`: the replay table, the counters that give steps their identity (E6), the callbacks in
 * flight and the open waits. When `alive` turns false nothing of it may write or settle any more (E3).
 */
export class Execution {
  readonly host: ExecutionHost;
  readonly definition: WorkflowDefinition;
  readonly run: number;
  readonly id: string;
  alive = true;
  /** What a test has changed about this run. */
  tests: RunHooks | undefined = undefined;
  /** Key of the step that was called last; before the first call, that of the run itself. */
  lastStep: number;
  /** Calls of `step.do` so far, replayed ones included; for the step limit. */
  doCalls = 0;
  /** Rollback handlers of the steps that have started, by step key: functions, so they live in memory only. */
  readonly rollbacks = new Map<number, RollbackHandler>();
  /** Set when the run is being rolled back: its code may not call steps any more. */
  isRollingBack = false;
  #collecting: { readonly unmet: Set<number>; readonly done: () => void; patience: Timer | undefined } | undefined;
  /** What the run's results and events take on disk, and how much of it its row does not say yet. */
  #bytes: number;
  #unsaid = 0;
  /** Writes of this execution that wait for the next flush. */
  pendingWrites = 0;
  /**
   * Whether the code may be doing something of its own: it was given a result and has not called a step since. It may
   * be awaiting a fetch while the loser of a race is still waiting here.
   */
  isInCode = true;
  /** When something last happened here; waits that last are parked by it. */
  activeAt = Date.now();
  /** Grows with it: two moments of one millisecond are told apart, and clocks that step back do no harm. */
  activity = 0;

  /** Recorded steps by identity. An entry leaves when its step is called: each is called once an execution. */
  readonly #recorded = new Map<string, StepRow>();
  /** Those of the journal, by count, where some were called inside of steps. */
  readonly #taken = new Set<string>();
  /** Uses so far of each kind and name, in all and by place. */
  readonly #counts = new Map<string, number>();
  readonly #uses = new Map<string, number>();
  #nextStep: number;
  readonly #inFlight = new Set<OpenStep>();
  readonly #announced = new Set<OpenStep>();
  readonly #waits = new Set<Wait>();
  readonly #waiters = new Map<string, Waiter[]>();
  readonly #watchedCode = new Set<number>();
  #gate: { promise: Promise<void>; open: () => void } | undefined;
  /** A pause was taken back: due times that were read before it are not true any more. */
  #wasGated = false;

  constructor(
    host: ExecutionHost,
    definition: WorkflowDefinition,
    run: number,
    id: string,
    bytes: number,
    recorded: Iterable<StepRow>,
  ) {
    this.host = host;
    this.definition = definition;
    this.run = run;
    this.id = id;
    this.#bytes = bytes;
    this.lastStep = firstKey(run);
    this.#nextStep = firstKey(run) + 1;
    for (const row of recorded) {
      const { nth, inside } = recallPlace(row.place, row.count);
      const used = `${row.kind} ${row.name}`;
      this.#recorded.set(`${nth} ${inside === null ? used : `${used}\n${inside}`}`, row);
      this.#taken.add(`${row.count} ${used}`);
      this.#nextStep = row.step + 1;
    }
  }

  touch(): void {
    this.activeAt = Date.now();
    this.activity++;
  }

  /**
   * Identity of a call, and what the journal knows of it (E6): the nth use of this kind and name in its place, which is
   * the code of `run` itself or one step's callback. `count` is the nth use of all.
   */
  recall(kind: number, name: string): { use: Use; row: StepRow | undefined } {
    this.isInCode = false;
    this.#waitForBranches(false);
    const inside = insideOf(this);
    const used = `${kind} ${name}`;
    const usedHere = inside === null ? used : `${used}\n${inside}`;
    const nth = (this.#uses.get(usedHere) ?? 0) + 1;
    this.#uses.set(usedHere, nth);
    const row = this.#takeRecorded(`${nth} ${usedHere}`);
    const count = row?.count ?? this.#nextCount(used, inside === null);
    // Mostly the same number as that of the place, which is kept already: a long run has many names.
    if (inside !== null || count !== nth) this.#counts.set(used, Math.max(count, this.#counts.get(used) ?? 0));
    return { use: { kind, name, count, nth, inside }, row };
  }

  #takeRecorded(key: string): StepRow | undefined {
    if (this.#recorded.size === 0) return undefined;
    const row = this.#recorded.get(key);
    if (row === undefined) return undefined;
    this.#recorded.delete(key);
    this.lastStep = row.step;
    // What is recorded is given back at once.
    this.isInCode = row.state !== STATE.pending;
    return row;
  }

  /** The next use of a name. Those inside of steps that have ended are not called again, and keep theirs. */
  #nextCount(used: string, isOutside: boolean): number {
    const outside = (this.#uses.get(used) ?? 0) - (isOutside ? 1 : 0);
    let count = Math.max(outside, this.#counts.get(used) ?? 0) + 1;
    while (this.#taken.has(`${count} ${used}`)) count++;
    return count;
  }

  /**
   * A step that the journal does not know yet gets its place in start order.
   * @throws EngineError when there is none left: the next place would be another run's
   */
  open({ kind, name, count, nth, inside }: Use): OpenStep {
    if (this.#nextStep >= firstKey(this.run + 1)) {
      throw new EngineError(
        "WorkflowFatalError",
        `The limit of ${STEPS_PER_RUN - 1} steps, sleeps and waits of one instance has been reached.`,
      );
    }
    this.lastStep = this.#nextStep++;
    const row: StepRow = {
      step: this.lastStep,
      kind,
      name,
      count,
      place: storePlace({ nth, inside }, count),
      state: 0,
      attempts: 0,
      failures: 0,
      started: this.host.marks.next(2),
      attempt_started: null,
      ended: null,
      due_at: null,
      held_ms: null,
      rollback: null,
      wait_ms: null,
      event_type: null,
      form: FORM.none,
      value: null,
      error: null,
      config: null,
    };
    return { row, stored: false };
  }

  hasRoomFor(bytes: number): boolean {
    return this.#bytes + bytes <= MAX_INSTANCE_BYTES;
  }

  /** Inside a write that adds to what the run takes on disk. */
  stored(bytes: number): void {
    this.#bytes += bytes;
    this.#unsaid += bytes;
    this.host.commits.wrote(bytes);
    if (this.#unsaid >= SAY_BYTES) this.sayBytes();
  }

  /** Inside a write. */
  sayBytes(): void {
    if (this.#unsaid === 0) return;
    this.host.runs.addBytes(this.run, this.#unsaid);
    this.#unsaid = 0;
  }

  /** @throws EngineError when pieces of a stream are missing, as of a damaged disk */
  valueOf(row: StepRow): unknown {
    if (row.form === FORM.stream) {
      if (this.host.chunks.count(row.step) !== Number(row.value)) {
        throw new EngineError(
          "WorkflowInternalError",
          `Stored output for ${row.name}-${row.count} is corrupt or incomplete.`,
        );
      }
      return replayStream(this.host.chunks, row.step, Number(row.value));
    }
    const isLeftOut = row.form === FORM.json && row.value === null;
    const text = isLeftOut ? (this.host.steps.get(row.step)?.value ?? null) : row.value;
    return decode(this.host.storage, row.form, text, cloneKey.step(row.step));
  }

  // --- what the process may die of (caution.ts) ----------------------------------------------------------------

  /** Before the code after a step runs. @returns false when it must not: the run has been failed */
  async enterCode(step: number): Promise<boolean> {
    if (!this.alive) return false;
    this.#watchedCode.add(-step);
    try {
      await this.host.caution.enter(-step, { workflow: this.definition.name, run: this.id });
    } catch (condemned) {
      this.host.failRun(this, condemned, () => {});
      return false;
    }
    return this.alive;
  }

  leaveCode(): void {
    for (const key of this.#watchedCode) this.host.caution.leave(key);
    this.#watchedCode.clear();
  }

  // --- collecting rollback handlers ----------------------------------------------------------------------------

  /**
   * Runs the code again only to meet the rollback handlers of its steps: recorded outcomes return, nothing is executed.
   * Resolves when all of them have been met, or when the code does not seem to come by them any more.
   */
  startCollecting(): Promise<void> {
    return new Promise((resolve) => {
      const registered = [...this.#recorded.values()].filter(({ rollback }) => rollback === ROLLBACK.registered);
      this.#collecting = { unmet: new Set(registered.map(({ step }) => step)), done: resolve, patience: undefined };
      if (registered.length === 0) resolve();
    });
  }

  get isCollecting(): boolean {
    return this.#collecting !== undefined;
  }

  /** A step and the handler that takes it back. */
  register(handler: RollbackHandler): void {
    const { step } = handler.row;
    this.rollbacks.set(step, handler);
    const collecting = this.#collecting;
    if (collecting?.unmet.delete(step) === true && collecting.unmet.size === 0) collecting.done();
  }

  /** One branch of the code has come as far as the run ever did. Others may still be on their way to a handler. */
  collected(): Promise<never> {
    this.#waitForBranches(true);
    return never();
  }

  #waitForBranches(begin: boolean): void {
    const collecting = this.#collecting;
    if (collecting === undefined || (!begin && collecting.patience === undefined)) return;
    if (collecting.patience !== undefined) this.host.timers.cancel(collecting.patience);
    collecting.patience = this.host.timers.add(Date.now() + COLLECT_PATIENCE_MS, collecting.done);
  }

  // --- callbacks in flight -------------------------------------------------------------------------------------

  begin(step: OpenStep): void {
    this.#inFlight.add(step);
    this.host.changed(this.run);
  }

  /** Inside the write of the callback's outcome. Turns a pending pause into a pause with the last one. */
  end(step: OpenStep): void {
    this.#inFlight.delete(step);
    this.touch();
    if (this.#gate !== undefined && this.#inFlight.size === 0) this.host.markPaused(this);
  }

  isInFlight(step: OpenStep): boolean {
    return this.#inFlight.has(step);
  }

  get callbacksInFlight(): number {
    return this.#inFlight.size;
  }

  /** Steps that have been running since `before` and of which nothing is on disk. */
  unmarked(before: number): OpenStep[] {
    if (this.#inFlight.size === 0) return [];
    return [...this.#inFlight].filter((step) => !step.stored && timeOf(step.row.started) <= before);
  }

  /** A sleep or a wait that is about to be written: whoever follows the history sees it from now on. */
  announce(step: OpenStep): void {
    this.#announced.add(step);
    this.host.changed(this.run);
  }

  /** Inside the write of an announced step. */
  written(step: OpenStep): void {
    step.stored = true;
    this.#announced.delete(step);
  }

  /** Steps of which memory knows more than the disk: callbacks in flight, and what is announced. */
  atWork(): StepRow[] {
    return [...this.#inFlight, ...this.#announced].map(({ row }) => row);
  }

  /** Steps that have begun and of which nothing is on disk. */
  unstored(): StepRow[] {
    return [...this.#inFlight, ...this.#announced].flatMap((step) => (step.stored ? [] : [step.row]));
  }

  stepInFlight(kind: number, name: string, count: number): StepRow | undefined {
    for (const { row } of this.#inFlight) if (row.kind === kind && row.name === name && row.count === count) return row;
    return undefined;
  }

  // --- waits ---------------------------------------------------------------------------------------------------

  /** Calls `fire` when due, unless the execution has ended; stops the clock while a pause is pending. */
  addWait(dueAt: number, fire: () => void): () => void {
    const wait: Wait = { dueAt, fire, timer: undefined, heldMs: 0 };
    const remove = (): void => {
      this.#waits.delete(wait);
      if (wait.timer !== undefined) this.host.timers.cancel(wait.timer);
    };
    wait.fire = () => {
      this.#waits.delete(wait);
      this.touch();
      fire();
    };
    this.#waits.add(wait);
    this.touch();
    if (this.#gate === undefined) wait.timer = this.host.timers.add(dueAt, wait.fire);
    else wait.heldMs = Math.max(0, dueAt - Date.now());
    return remove;
  }

  /** Every open await that we know of is a wait of ours. */
  get isIdle(): boolean {
    return this.#waits.size > 0 && this.#inFlight.size === 0 && this.#gate === undefined && this.pendingWrites === 0;
  }

  get hasWaits(): boolean {
    return this.#waits.size > 0;
  }

  nextDueAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const wait of this.#waits) next = Math.min(next, wait.dueAt);
    return next;
  }

  /** When the open wait of a row that is on disk ends: a pause that was taken back has moved it, there alone. */
  dueAt(row: StepRow): number | null {
    if (!this.#wasGated) return row.due_at;
    const stored = this.host.steps.get(row.step);
    if (stored === undefined || stored.held_ms === null) return stored?.due_at ?? null;
    return Date.now() + stored.held_ms;
  }

  // --- waiters for events --------------------------------------------------------------------------------------

  addWaiter(type: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(type);
    if (waiters === undefined) this.#waiters.set(type, [waiter]);
    else waiters.push(waiter);
  }

  removeWaiter(type: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(type);
    const index = waiters?.indexOf(waiter) ?? -1;
    if (index >= 0) waiters?.splice(index, 1);
    if (waiters?.length === 0) this.#waiters.delete(type);
  }

  /** The waiter that is next for an event of this type: the one that has waited longest. */
  firstWaiter(type: string): Waiter | undefined {
    return this.#gate === undefined ? this.#waiters.get(type)?.[0] : undefined;
  }

  get waitedTypes(): string[] {
    return [...this.#waiters.keys()];
  }

  // --- pausing and ending --------------------------------------------------------------------------------------

  /** Resolves at once, or when a pending pause is taken back; never when it takes place. */
  async passGate(): Promise<void> {
    while (this.#gate !== undefined) await this.#gate.promise;
  }

  get isGated(): boolean {
    return this.#gate !== undefined;
  }

  /** A pause is pending: no step starts, clocks stand still, callbacks in flight go on to their end. */
  closeGate(now: number): void {
    if (this.#gate !== undefined) return;
    let open = (): void => {};
    const promise = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#gate = { promise, open };
    this.#wasGated = true;
    for (const wait of this.#waits) {
      if (wait.timer !== undefined) this.host.timers.cancel(wait.timer);
      wait.timer = undefined;
      wait.heldMs = Math.max(0, wait.dueAt - now);
    }
  }

  openGate(now: number): void {
    const gate = this.#gate;
    this.#gate = undefined;
    for (const wait of this.#waits) {
      wait.dueAt = now + wait.heldMs;
      wait.timer = this.host.timers.add(wait.dueAt, wait.fire);
    }
    gate?.open();
  }

  /** From here on this execution is stale: its timers are gone and its pending calls settle never (E3). */
  drop(): void {
    this.alive = false;
    if (this.#collecting?.patience !== undefined) this.host.timers.cancel(this.#collecting.patience);
    for (const wait of this.#waits) if (wait.timer !== undefined) this.host.timers.cancel(wait.timer);
    this.#waits.clear();
    this.#waiters.clear();
    this.#inFlight.clear();
    this.#announced.clear();
    this.#recorded.clear();
  }
}
