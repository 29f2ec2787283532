import { DurableObject } from "cloudflare:workers";
import { Commands } from "./runs/commands.ts";
import type {
  CreateRequest,
  EngineStub,
  HistoryPage,
  HistoryQuery,
  InstanceStatus,
  LineState,
  Reply,
  RestartFrom,
} from "./protocol.ts";
import { listShard, type ShardPage, type ShardQuery } from "./read/catalog.ts";
import { CountingSql } from "./read/counting-sql.ts";
import { Overall } from "./read/overall.ts";
import { overviewOf, type ShardOverview } from "./read/overview.ts";
import type {
  AttemptPage,
  AttemptQuery,
  EventPage,
  HistoryView,
  HistoryViewQuery,
  PageQuery,
  Read,
  ReadSide,
  RunDetails,
  RunPage,
  RunQuery,
  ShardFigures,
  StepPage,
  WorkflowOverview,
} from "./read/read-protocol.ts";
import { Reads } from "./read/reads.ts";
import { registeredShards } from "./registry.ts";
import { connect } from "./base/route.ts";
import { Shard } from "./runs/shard.ts";
import { shardIndex } from "./base/shard-of.ts";
import { openSchema } from "./journal/store.ts";
import { TestCommands } from "./testing/test-commands.ts";
import type { ShardCall, TestAnswer, TestCall } from "./testing/test-protocol.ts";

const NOT_FOR_TESTING: TestAnswer = {
  error: { name: "Error", message: "This server was not started for testing." },
};

/** One shard of the workflow engine as a Durable Object: its RPC surface and its alarm, nothing else. */
export class WorkflowEngine extends DurableObject<object> implements EngineStub, ReadSide {
  readonly #shard: Shard;
  readonly #commands: Commands;
  readonly #tests: TestCommands | undefined;
  readonly #reads: Reads;
  readonly #overall: Overall;
  readonly #own: number;

  constructor(ctx: DurableObjectState, env: object) {
    super(ctx, env);
    const count = registeredShards();
    const own = shardIndex(openSchema(ctx.storage, count, ctx.id.name));
    const peers = { own, count, stub: (shard: number) => connect(env, shard) };
    this.#own = own;
    this.#shard = new Shard(ctx, env, peers);
    this.#commands = new Commands(this.#shard);
    this.#reads = new Reads(this.#shard);
    this.#overall = new Overall(peers);
    const hooks = this.#shard.tests;
    if (hooks !== undefined) this.#tests = new TestCommands(this.#shard, hooks, env, peers);
    // Whatever woke this object: an alarm, a call, the host.
    ctx.waitUntil(this.#shard.takeUp());
  }

  create(workflow: string, request: CreateRequest, token: string): Promise<Reply<null>> {
    return this.#write(() => this.#commands.create(workflow, request, token));
  }

  createBatch(workflow: string, requests: CreateRequest[], token: string): Promise<Reply<string[]>> {
    return this.#write(() => this.#commands.createBatch(workflow, requests, token));
  }

  async exists(workflow: string, id: string): Promise<boolean> {
    return this.#commands.exists(workflow, id);
  }

  async status(workflow: string, id: string): Promise<Reply<InstanceStatus>> {
    return this.#commands.status(workflow, id);
  }

  history(workflow: string, id: string, query: HistoryQuery): Promise<Reply<HistoryPage>> {
    return this.#reads.history(workflow, id, query);
  }

  pause(workflow: string, id: string): Promise<Reply<null>> {
    return this.#write(() => this.#commands.pause(workflow, id));
  }

  resume(workflow: string, id: string): Promise<Reply<null>> {
    return this.#write(() => this.#commands.resume(workflow, id));
  }

  terminate(workflow: string, id: string, rollback: boolean, token: string): Promise<Reply<null>> {
    return this.#write(() => this.#commands.terminate(workflow, id, rollback, token));
  }

  delete(workflow: string, id: string, repeated: boolean): Promise<Reply<null>> {
    return this.#write(() => this.#commands.delete(workflow, id, repeated));
  }

  deleteBatch(workflow: string, ids: string[]): Promise<string[]> {
    return this.#write(() => this.#commands.deleteBatch(workflow, ids));
  }

  restart(workflow: string, id: string, from: RestartFrom | null): Promise<Reply<null>> {
    return this.#write(() => this.#commands.restart(workflow, id, from));
  }

  sendEvent(
    workflow: string,
    id: string,
    event: { type: string; payload: unknown },
    token: string,
  ): Promise<Reply<null>> {
    return this.#write(() => this.#commands.sendEvent(workflow, id, event, token));
  }

  createScheduled(workflow: string, cron: string, scheduledTime: number): Promise<void> {
    return this.#write(() => this.#commands.createScheduled(workflow, cron, scheduledTime));
  }

  async lineChanged(workflow: string, shard: number, state: LineState): Promise<void> {
    this.#shard.limiters.at(workflow).heard(shard, state);
  }

  async line(workflow: string, limiter: string): Promise<LineState> {
    return this.#shard.admission.stateFor(workflow, limiter);
  }

  admit(workflow: string, count: number, limiter: string): Promise<LineState | null> {
    return this.#write(async () =>
      this.#shard.commits.write(() => this.#shard.admission.admit(workflow, count, limiter)),
    );
  }

  async listOwn(query: ShardQuery): Promise<ShardPage> {
    return listShard(new CountingSql(this.ctx.storage.sql), this.#own, query);
  }

  async overviewOwn(): Promise<ShardOverview> {
    return overviewOf(this.#shard, this.#own);
  }

  runs(query: RunQuery): Promise<Read<RunPage>> {
    return this.#overall.runs(query);
  }

  workflows(): Promise<Read<WorkflowOverview[]>> {
    return this.#overall.workflows();
  }

  shards(): Promise<Read<ShardFigures[]>> {
    return this.#overall.shards();
  }

  async describe(workflow: string, id: string): Promise<Read<RunDetails>> {
    return this.#reads.describe(workflow, id);
  }

  async steps(workflow: string, id: string, query: PageQuery): Promise<Read<StepPage>> {
    return this.#reads.steps(workflow, id, query);
  }

  async attempts(workflow: string, id: string, query: AttemptQuery): Promise<Read<AttemptPage>> {
    return this.#reads.attempts(workflow, id, query);
  }

  async events(workflow: string, id: string, query: PageQuery): Promise<Read<EventPage>> {
    return this.#reads.events(workflow, id, query);
  }

  historyView(workflow: string, id: string, query: HistoryViewQuery): Promise<Read<HistoryView>> {
    return this.#reads.historyView(workflow, id, query);
  }

  /**
   * Called by the host at start, so that recovery does not wait for an alarm, and after a full disk has room again.
   * Resolves when it is known that the shard can write.
   */
  wake(): Promise<void> {
    return this.#shard.storageCheck.run();
  }

  /** For tests: every step outcome is followed by a replay, as if the object had been evicted between any two steps. */
  async forceReplay(on: boolean): Promise<void> {
    this.#shard.replaysAlways = on;
  }

  /** From the host, for a test. Refused in a server that was not started for testing. */
  async test(call: TestCall): Promise<TestAnswer> {
    return this.#tests?.answer(call) ?? NOT_FOR_TESTING;
  }

  async testHere(call: ShardCall): Promise<TestAnswer> {
    return this.#tests?.here(call) ?? NOT_FOR_TESTING;
  }

  override async alarm(): Promise<void> {
    await this.#shard.onAlarm();
  }

  #write<T>(command: () => Promise<T>): Promise<T> {
    const { storageCheck } = this.#shard;
    return storageCheck.isPassed ? command() : storageCheck.beforeWrite().then(command);
  }
}
