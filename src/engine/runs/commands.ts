import { isCreatableId, isEventType, scheduledId } from "../base/ids.ts";
import { parseError } from "../steps/step-do.ts";
import { type CreateRequest, type InstanceStatus, REFUSAL, type Reply, type RestartFrom } from "../protocol.ts";
import { readRollbackRecord } from "../steps/rollback.ts";
import type { RunRow } from "../journal/runs-table.ts";
import type { Shard } from "./shard.ts";
import { isTerminal, onPause, onResume, STATUS, statusName } from "../base/status.ts";
import { firstKey, KIND } from "../journal/steps-table.ts";
import { cloneKey, decode, type Encoded, encode, FORM, paramsOf } from "../journal/value-store.ts";
import { INSTANCE_FULL, MAX_INSTANCE_BYTES } from "../base/values.ts";

/**
 * What may be asked of a shard from outside, one method a command. Each decides and writes in one turn, joined with the
 * other work of its poll cycle; its answer leaves when that is on disk (E2). A repeated call has no second effect (E8).
 */
export class Commands {
  readonly #shard: Shard;

  constructor(shard: Shard) {
    this.#shard = shard;
  }

  async create(workflow: string, request: CreateRequest, token: string): Promise<Reply<null>> {
    const prepared = prepare(request);
    if (typeof prepared === "string") return refuse(prepared);
    return this.#shard.commits.write(() => {
      if (this.#insert(workflow, request, prepared, token)) return accept(null);
      const existing = this.#shard.runs.find(workflow, request.id);
      return existing?.token === token ? accept(null) : refuse(REFUSAL.alreadyExists(request.id));
    });
  }

  /** The id says which firing it is: one that exists was created for it. */
  async createScheduled(workflow: string, cron: string, scheduledTime: number): Promise<void> {
    const request = { id: scheduledId(cron, scheduledTime), params: {} };
    await this.#shard.commits.write(() => this.#insert(workflow, request, encode({}, ""), "schedule"));
  }

  async createBatch(workflow: string, requests: CreateRequest[], token: string): Promise<Reply<string[]>> {
    const prepared: [CreateRequest, Encoded][] = [];
    for (const request of requests) {
      const payload = prepare(request);
      if (typeof payload === "string") return refuse(payload);
      prepared.push([request, payload]);
    }
    return this.#shard.commits.write(() => {
      const created: string[] = [];
      for (const [request, payload] of prepared) {
        const { id } = request;
        const isNew =
          this.#insert(workflow, request, payload, token) || this.#shard.runs.find(workflow, id)?.token === token;
        if (isNew && !created.includes(id)) created.push(id);
      }
      return accept(created);
    });
  }

  #insert(workflow: string, request: CreateRequest, payload: Encoded, token: string): boolean {
    const { id } = request;
    const now = Date.now();
    const queue = this.#shard.admission.placeFor(workflow, false);
    const insert = (): number | undefined =>
      this.#shard.runs.insert({
        workflow,
        id,
        queue,
        now,
        started: this.#shard.marks.next(3),
        payload,
        token,
        retention: request,
      });
    // One statement needs no transaction; with a value in V8's form beside it, both are written or neither.
    const run = payload.form === FORM.clone ? this.#shard.storage.transactionSync(insert) : insert();
    if (run === undefined) return false;
    this.#shard.commits.wrote(payload.bytes);
    if (queue === null) this.#shard.begin(run, workflow, id, now, payload);
    else this.#shard.queued(workflow);
    return true;
  }

  exists(workflow: string, id: string): boolean {
    return this.#shard.runs.find(workflow, id) !== undefined;
  }

  status(workflow: string, id: string): Reply<InstanceStatus> {
    const row = this.#shard.runs.find(workflow, id);
    if (row === undefined) return refuse(REFUSAL.notFound);
    const output =
      row.status === STATUS.complete
        ? decode(this.#shard.storage, row.output_form, row.output, cloneKey.output(row.run))
        : undefined;
    const status: InstanceStatus = { status: statusName(row.status), output: output ?? null };
    const rollback = row.rollback === null ? undefined : readRollbackRecord(row);
    // What has failed the run is known before its handlers have been called.
    const isUnderWay = row.status === STATUS.rollingBack;
    const error = row.error === null ? (isUnderWay ? rollback?.error : undefined) : parseError(row.error);
    if (error !== undefined && error !== null) status.error = { name: error.name, message: error.message };
    if (rollback?.outcome !== undefined)
      status.rollback = { outcome: rollback.outcome, error: rollback.failure ?? null };
    return accept(status);
  }

  pause(workflow: string, id: string): Promise<Reply<null>> {
    return this.#change(workflow, id, (row) => {
      const { runs, steps } = this.#shard;
      const execution = this.#shard.execution(row.run);
      const action = onPause(row.status, execution?.callbacksInFlight ?? 0);
      if (action === "ignore") return accept(null);
      const now = Date.now();
      steps.hold(row.run, now);
      if (action === "waitingForPause") {
        runs.setStatus(row.run, STATUS.waitingForPause, true, now);
        this.#shard.note(row.run, "workflow_waiting_for_pause");
        execution?.closeGate(now);
      } else {
        runs.setStatus(row.run, STATUS.paused, false, now);
        execution?.sayBytes();
        this.#shard.note(row.run, "workflow_paused");
        if (execution !== undefined) this.#shard.drop(execution);
      }
      return accept(null);
    });
  }

  resume(workflow: string, id: string): Promise<Reply<null>> {
    return this.#change(workflow, id, (row) => {
      const { runs, steps } = this.#shard;
      const action = onResume(row.status);
      if (action === "ignore") return accept(null);
      const now = Date.now();
      steps.release(row.run, now);
      const execution = this.#shard.execution(row.run);
      if (action === "cancel-pause" && execution !== undefined) {
        runs.setStatus(row.run, STATUS.running, true, null);
        this.#shard.note(row.run, "workflow_running");
        execution.openGate(now);
        for (const type of execution.waitedTypes) this.#deliverKept(row.run, type);
        return accept(null);
      }
      const queue = this.#shard.admission.placeFor(workflow, row.begun !== 0);
      // Of a run that has not begun, its beginning says that it runs; being in line once more must be said.
      const hasBegun = row.begun !== 0;
      if (queue === null && hasBegun) this.#shard.note(row.run, "workflow_running");
      if (queue !== null && !hasBegun) this.#shard.note(row.run, "workflow_queued");
      this.#shard.place(row, queue);
      return accept(null);
    });
  }

  terminate(workflow: string, id: string, rollback: boolean, token: string): Promise<Reply<null>> {
    return this.#change(workflow, id, (row) => {
      const { runs, steps } = this.#shard;
      if (row.status === STATUS.terminated && row.token === token) return accept(null);
      if (isTerminal(row.status)) return refuse(REFUSAL.cannotTerminate);
      if (rollback && this.#terminateWithRollback(row)) return accept(null);
      this.#shard.rollbacks.cancel(row.run);
      const error = row.status === STATUS.rollingBack ? readRollbackRecord(row).error : null;
      runs.end(
        row.run,
        STATUS.terminated,
        this.#shard.marks.next(),
        this.#shard.errorRetentionMs(workflow),
        // A failure that was being rolled back has happened all the same.
        error && JSON.stringify(error),
        token,
      );
      steps.clearDue(row.run);
      const execution = this.#shard.execution(row.run);
      if (execution !== undefined) this.#shard.abandon(execution);
      this.#shard.admission.left(workflow);
      return accept(null);
    });
  }

  /** False when there is nothing to roll back. */
  #terminateWithRollback(row: RunRow): boolean {
    // Asked for once more, or while a failure is being rolled back: that goes on.
    if (row.status === STATUS.rollingBack) return true;
    const record = { after: STATUS.terminated, error: null };
    const execution = this.#shard.execution(row.run);
    if (execution !== undefined && execution.rollbacks.size > 0) {
      this.#shard.rollbacks.start(execution, record);
      return true;
    }
    if (this.#shard.steps.toRollBack(row.run).length === 0) return false;
    if (execution !== undefined) this.#shard.abandon(execution);
    this.#shard.steps.clearDue(row.run);
    const rollback = JSON.stringify(record);
    this.#shard.runs.setRollback(row.run, STATUS.rollingBack, rollback);
    this.#shard.note(row.run, "rollback_started");
    this.#shard.rollbacks.resume({ ...row, rollback });
    return true;
  }

  restart(workflow: string, id: string, from: RestartFrom | null): Promise<Reply<null>> {
    return this.#change(workflow, id, (row) => {
      const { runs, steps, events, chunks } = this.#shard;
      const execution = this.#shard.execution(row.run);
      let first = { step: firstKey(row.run), started: 0 };
      if (from !== null) {
        const kind = KIND[from.type];
        if (typeof from.count !== "number") return refuse(REFUSAL.stepNotFound(from.name));
        const found =
          steps.find(row.run, kind, from.name, from.count) ?? execution?.stepInFlight(kind, from.name, from.count);
        if (found === undefined) return refuse(REFUSAL.stepNotFound(from.name));
        first = found;
      }
      if (execution !== undefined) this.#shard.drop(execution);
      this.#shard.rollbacks.cancel(row.run);
      steps.removeFrom(row.run, first.step);
      chunks.remove(first.step, firstKey(row.run + 1));
      steps.resetRollbacks(row.run);
      events.removeFrom(row.run, first.step);
      this.#shard.log.remove(row.run, first.started);
      steps.release(row.run, Date.now());
      const queue = this.#shard.admission.placeFor(workflow, false);
      // From a step on, the history goes on where that step began; else it begins anew.
      const isNew = from === null || row.begun === 0;
      const begun = isNew ? (queue === null ? null : 0) : row.begun;
      const bytes = from === null ? 0 : steps.bytesOf(row.run) + chunks.bytesOf(row.run);
      runs.restart(row.run, isNew ? this.#shard.marks.next(3) : row.started, begun, bytes);
      if (queue === null && !isNew) this.#shard.note(row.run, "workflow_running");
      this.#shard.place({ ...row, begun, bytes }, queue);
      return accept(null);
    });
  }

  async delete(workflow: string, id: string, repeated: boolean): Promise<Reply<null>> {
    const [deleted] = await this.deleteBatch(workflow, [id]);
    return deleted !== undefined || repeated ? accept(null) : refuse(REFUSAL.notThere);
  }

  async deleteBatch(workflow: string, ids: string[]): Promise<string[]> {
    return this.#shard.commits.write(() =>
      ids.filter((id) => {
        const row = this.#shard.runs.find(workflow, id);
        if (row !== undefined) this.#shard.remove(row);
        return row !== undefined;
      }),
    );
  }

  async sendEvent(
    workflow: string,
    id: string,
    event: { type: string; payload: unknown },
    token: string,
  ): Promise<Reply<null>> {
    if (!isEventType(event.type)) {
      return refuse('workflow.invalid_event_type: an event type must be 1-100 letters, digits, "_" or "-"');
    }
    const payload = attempt(() => encode(event.payload, `Payload of event "${event.type}"`));
    if (typeof payload === "string") return refuse(payload);
    const sentAt = Date.now();
    return this.#change(workflow, id, (row) => {
      const { events } = this.#shard;
      // The code of a run that is being rolled back is at its end, too.
      if (isTerminal(row.status) || row.status === STATUS.rollingBack) return refuse(REFUSAL.notRunning);
      if (events.has(row.run, token)) return accept(null);
      const execution = this.#shard.execution(row.run);
      const hasRoom = execution?.hasRoomFor(payload.bytes) ?? row.bytes + payload.bytes <= MAX_INSTANCE_BYTES;
      if (!hasRoom) return refuse(INSTANCE_FULL);
      if (execution === undefined) {
        this.#shard.runs.addBytes(row.run, payload.bytes);
        this.#shard.commits.wrote(payload.bytes);
      } else execution.stored(payload.bytes);
      events.add(row.run, event.type, sentAt, payload, token);
      this.#deliverKept(row.run, event.type);
      const isParked = row.live === 0 && (row.status === STATUS.running || row.status === STATUS.waiting);
      // For an event of which type a parked run waits is for its code to say, which may have been changed since.
      if (isParked && this.#shard.steps.isAwaiting(row.run)) this.#shard.wake(row);
      return accept(null);
    });
  }

  /** Hands kept events to the waiters of their type, oldest to longest waiting (E4). */
  #deliverKept(run: number, type: string): void {
    const execution = this.#shard.execution(run);
    for (;;) {
      const waiter = execution?.firstWaiter(type);
      if (waiter === undefined) return;
      const event = this.#shard.events.oldest(run, type);
      if (event === undefined) return;
      waiter.deliver(event);
    }
  }

  async #change(workflow: string, id: string, change: (row: RunRow) => Reply<null>): Promise<Reply<null>> {
    return this.#shard.commits.write(() => {
      const row = this.#shard.runs.find(workflow, id);
      return row === undefined ? refuse(REFUSAL.notFound) : this.#shard.storage.transactionSync(() => change(row));
    });
  }
}

function prepare({ id, params }: CreateRequest): Encoded | string {
  if (!isCreatableId(id)) return REFUSAL.invalidId;
  return attempt(() => encode(params, paramsOf(id)));
}

/** The result, or the error's text: what a caller sent cannot be kept, which is their refusal and not our failure. */
function attempt<T>(make: () => T): T | string {
  try {
    return make();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function accept<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

function refuse(refusal: string): { ok: false; refusal: string } {
  return { ok: false, refusal };
}
