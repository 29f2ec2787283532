import { reviveError } from "../base/errors.ts";
import { WorkflowInstanceHandle } from "../binding/instance.ts";
import type { Peers } from "../runs/limiter.ts";
import type { RunRow } from "../journal/runs-table.ts";
import type { Shard } from "../runs/shard.ts";
import { shardOf } from "../base/shard-of.ts";
import { isTerminal, STATUS } from "../base/status.ts";
import { awaitRun } from "./test-await.ts";
import type { TestHooks } from "./test-hooks.ts";
import type { BindingCall, Modifications, ShardCall, TestAnswer, TestCall } from "./test-protocol.ts";

const OF_BINDING: ReadonlySet<string> = new Set(["create", "createBatch", "get", "deleteBatch"]);
const OF_INSTANCE: ReadonlySet<string> = new Set([
  "status",
  "pause",
  "resume",
  "terminate",
  "restart",
  "sendEvent",
  "delete",
]);

/**
 * What a test may ask of the shards. Any shard takes a call, and passes it on to those that hold the runs, so that
 * whoever asks needs to know nothing about shards.
 */
export class TestCommands {
  readonly #shard: Shard;
  readonly #hooks: TestHooks;
  readonly #env: object;
  readonly #peers: Peers;

  constructor(shard: Shard, hooks: TestHooks, env: object, peers: Peers) {
    this.#shard = shard;
    this.#hooks = hooks;
    this.#env = env;
    this.#peers = peers;
  }

  async answer(call: TestCall): Promise<TestAnswer> {
    try {
      return { value: await this.#route(call) };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      return { error: { name, message } };
    }
  }

  async #route(call: TestCall): Promise<unknown> {
    if (call.op === "call") return this.#call(call);
    if ("id" in call) return this.#ask(shardOf(call.workflow, call.id, this.#peers.count), call);
    const answers = await Promise.all(Array.from({ length: this.#peers.count }, (_, shard) => this.#ask(shard, call)));
    if (call.op === "modifyAll") return null;
    const created = answers.flat() as { id: string; createdAt: number }[];
    return created.toSorted((a, b) => a.createdAt - b.createdAt).map(({ id }) => id);
  }

  async #ask(shard: number, call: ShardCall): Promise<unknown> {
    const answer = await this.#peers.stub(shard).testHere(call);
    if ("error" in answer) throw reviveError(answer.error);
    return answer.value;
  }

  /** Through the very binding that the application's code has, with all its checks and refusals. */
  async #call({ binding, id, method, args }: BindingCall): Promise<unknown> {
    const found: unknown = Reflect.get(this.#env, binding);
    if (!isObject(found)) throw new Error(`There is no binding "${binding}".`);
    const handle = id === undefined ? found : await invoke(found, "get", [id]);
    if (!isObject(handle) || !(id === undefined ? OF_BINDING : OF_INSTANCE).has(method)) {
      throw new Error(`There is no method "${method}".`);
    }
    const answer = await invoke(handle, method, args);
    return id === undefined ? withoutHandles(answer) : answer;
  }

  /** The part of a call that concerns this shard. */
  async here(call: ShardCall): Promise<TestAnswer> {
    try {
      return { value: await this.#here(call) };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      return { error: { name, message } };
    }
  }

  #here(call: ShardCall): unknown {
    const { commits } = this.#shard;
    switch (call.op) {
      case "modify":
        return commits.write(() => this.#modify(call.workflow, call.id, call.modifications));
      case "modifyAll":
        return commits.write(() => {
          this.#hooks.changeWorkflow(call.workflow, this.#latestRun(), call.modifications);
          return null;
        });
      case "created":
        return this.#created(call.workflow);
      case "evict":
        return commits.write(() => this.#evict(this.#find(call.workflow, call.id)));
      case "await":
      default:
        return awaitRun(this.#shard, call);
    }
  }

  #modify(workflow: string, id: string, modifications: Modifications | null): null {
    this.#hooks.changeRun(workflow, id, modifications);
    const row = this.#shard.runs.find(workflow, id);
    if (row !== undefined && modifications !== null) this.#evict(row);
    return null;
  }

  /** Inside a write: what a crash, a move or a long sleep does to a run, without any of them. */
  #evict(row: RunRow): boolean {
    const { rollbacks } = this.#shard;
    const isPausing = row.status === STATUS.paused || row.status === STATUS.waitingForPause;
    if (isTerminal(row.status) || isPausing || row.queue !== null) return false;
    const execution = this.#shard.execution(row.run);
    if (execution !== undefined) this.#shard.drop(execution);
    if (row.status === STATUS.rollingBack) {
      rollbacks.cancel(row.run);
      rollbacks.resume(row);
    } else if (execution === undefined) this.#shard.wake(row);
    else this.#shard.replay(row);
    return true;
  }

  #find(workflow: string, id: string): RunRow {
    const row = this.#shard.runs.find(workflow, id);
    if (row === undefined) throw new Error("instance.not_found");
    return row;
  }

  #latestRun(): number {
    return this.#shard.storage.sql.exec<{ run: number | null }>("SELECT max(run) AS run FROM runs").one().run ?? 0;
  }

  #created(workflow: string): { id: string; createdAt: number }[] {
    const after = this.#hooks.changedAfter(workflow);
    if (after === undefined) return [];
    return this.#shard.storage.sql
      .exec<{ id: string; createdAt: number }>(
        "SELECT id, started AS createdAt FROM runs WHERE workflow = ? AND run > ?",
        workflow,
        after,
      )
      .toArray();
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

async function invoke(target: object, method: string, args: unknown[]): Promise<unknown> {
  const found: unknown = Reflect.get(target, method);
  if (typeof found !== "function") throw new Error(`There is no method "${method}".`);
  return Reflect.apply(found, target, args);
}

/** Handles do not travel between objects; their ids do. */
function withoutHandles(value: unknown): unknown {
  if (value instanceof WorkflowInstanceHandle) return { id: value.id };
  if (Array.isArray(value)) return value.map(withoutHandles);
  return isObject(value) && "created" in value ? { ...value, created: withoutHandles(value.created) } : value;
}
