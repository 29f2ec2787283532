import { isSensitive, REDACTED } from "../read/output-view.ts";
import { parseError } from "../steps/step-do.ts";
import type { RunRow } from "../journal/runs-table.ts";
import type { Shard } from "../runs/shard.ts";
import { isTerminal, statusName } from "../base/status.ts";
import { firstKey, KIND, STATE, type StepRow } from "../journal/steps-table.ts";
import { replayStream } from "../steps/stream-results.ts";
import type { AwaitAnswer, Awaited, ShardCall, StepType } from "./test-protocol.ts";
import { cloneKey, decode, FORM } from "../journal/value-store.ts";

/** The longest that an answer is held back. */
const MAX_WAIT_MS = 20_000;
/** How often is looked whether a run that is waited for exists by now. */
const LOOK_MS = 50;
/** A result that is a stream is read into memory for a test, unless it is longer. */
const MAX_STREAM_BYTES = 16 * 1024 * 1024;
/** How many steps an answer names that is none yet. */
const SHOWN_STEPS = 5;

/** Waits for a status of a run, or for the outcome of one of its steps; also for a run that is still to be created. */
export async function awaitRun(shard: Shard, call: ShardCall & { op: "await" }): Promise<AwaitAnswer> {
  const until = Date.now() + Math.min(call.waitMs, MAX_WAIT_MS);
  for (;;) {
    const row = shard.runs.find(call.workflow, call.id);
    const answer = row === undefined ? NOT_CREATED : await look(shard, row, call.what);
    if (answer.is !== "pending" || Date.now() >= until) return answer;
    await change(shard, row?.run, row === undefined ? Math.min(until, Date.now() + LOOK_MS) : until);
  }
}

const NOT_CREATED: AwaitAnswer = { is: "pending", status: "not created", steps: [] };

async function look(shard: Shard, row: RunRow, what: Awaited): Promise<AwaitAnswer> {
  const status = statusName(row.status);
  if ("status" in what) {
    if (status === what.status) return { is: "reached" };
  } else {
    const found = shard.steps.find(row.run, KIND[what.type], what.step.name, what.step.index);
    const step = found && shard.steps.get(found.step);
    if (step?.state === STATE.completed) return { is: "completed", value: await valueOf(shard, step, what.type) };
    if (step?.state === STATE.failed) {
      const { name, message } = parseError(step.error);
      return { is: "failed", error: { name, message } };
    }
  }
  return isTerminal(row.status) ? { is: "ended", status } : { is: "pending", status, steps: lastSteps(shard, row) };
}

async function valueOf(shard: Shard, step: StepRow, type: StepType): Promise<unknown> {
  if (type === "waitForEvent") return shard.events.read(Number(step.value));
  if (isSensitive(step)) return REDACTED;
  if (step.form === FORM.stream) return bytesOf(replayStream(shard.chunks, step.step, Number(step.value)));
  return decode(shard.storage, step.form, step.value, cloneKey.step(step.step));
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.byteLength;
    if (length > MAX_STREAM_BYTES) throw new Error("The step's result is a stream of more than 16 MiB.");
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** For whoever has waited in vain. */
function lastSteps(shard: Shard, row: RunRow): string[] {
  const stored = shard.storage.sql
    .exec<StepRow>(
      "SELECT * FROM steps WHERE step >= ? AND step < ? ORDER BY step DESC LIMIT ?",
      firstKey(row.run),
      firstKey(row.run + 1),
      SHOWN_STEPS,
    )
    .toArray();
  const inFlight = shard.execution(row.run)?.unstored() ?? [];
  return [...stored.toReversed(), ...inFlight].slice(-SHOWN_STEPS).map(({ name, count, state }) => {
    const became = state === STATE.completed ? "completed" : state === STATE.failed ? "failed" : "not finished";
    return `${name}${count === 1 ? "" : ` (${count})`}: ${became}`;
  });
}

/** Resolves with the next change of a run, or when the time has come. */
function change(shard: Shard, run: number | undefined, until: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      unwatch();
      shard.timers.cancel(timer);
      resolve();
    };
    const unwatch = run === undefined ? () => {} : shard.watch(run, finish);
    const timer = shard.timers.add(until, finish);
  });
}
