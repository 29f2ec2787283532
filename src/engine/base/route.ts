import { never } from "./never.ts";
import { type EngineStub, REFUSAL, type Reply } from "../protocol.ts";
import { repeat } from "./repeat.ts";
import { shardName, shardOf } from "./shard-of.ts";

/** The platform's words for what it does not carry to another object at all. */
const CALL_TOO_LARGE = /^Serialized RPC arguments or return values are limited/;

/** The binding of the engine's Durable Object namespace. */
const ENGINE = "PAWL_ENGINE";

/** The execution in whose `env` a binding lies. */
export interface Caller {
  readonly alive: boolean;
}

/** `repeated`: the call was made before, and its answer did not arrive. */
export type Call<T> = (stub: EngineStub, repeated: boolean) => Promise<T>;

/** The way from a binding to the shards of its workflow. */
export class Route {
  readonly workflow: string;
  readonly shards: number;
  readonly #env: object;
  readonly #caller: Caller | undefined;

  constructor(env: object, workflow: string, shards: number, caller?: Caller) {
    this.#env = env;
    this.workflow = workflow;
    this.shards = shards;
    this.#caller = caller;
  }

  calledFrom(caller: Caller): Route {
    return new Route(this.#env, this.workflow, this.shards, caller);
  }

  /** Asks the shard of an instance. @throws the refusal, as callers on Cloudflare see it */
  async call<T>(id: string, call: Call<Reply<T>>, effect: "read" | "write" = "write"): Promise<T> {
    const reply = await this.send(shardOf(this.workflow, id, this.shards), call, effect);
    if (reply.ok) return reply.value;
    throw refused(reply.refusal);
  }

  /** Asks every shard that holds some of these, at once; the answers in no particular order. */
  async scatter<Item, T>(
    items: readonly Item[],
    idOf: (item: Item) => string,
    call: (stub: EngineStub, items: Item[], repeated: boolean) => Promise<T>,
  ): Promise<T[]> {
    const groups = new Map<number, Item[]>();
    for (const item of items) {
      const shard = shardOf(this.workflow, idOf(item), this.shards);
      const group = groups.get(shard);
      if (group === undefined) groups.set(shard, [item]);
      else group.push(item);
    }
    return Promise.all(
      Array.from(groups, ([shard, group]) => this.send(shard, (stub, repeated) => call(stub, group, repeated))),
    );
  }

  async send<T>(shard: number, call: Call<T>, effect: "read" | "write" = "write"): Promise<T> {
    const answer = await repeat(() => connect(this.#env, shard), call, effect).catch((error: unknown) => {
      throw error instanceof Error && CALL_TOO_LARGE.test(error.message) ? refused(REFUSAL.largeCall) : error;
    });
    // A run that has just ended or paused itself goes no further (spec §4.5, §4.6).
    return this.#caller?.alive === false ? never() : answer;
  }
}

/** A fresh stub of a shard. */
export function connect(env: object, shard: number): EngineStub {
  const namespace: unknown = Reflect.get(env, ENGINE);
  if (!isNamespace(namespace)) {
    throw new Error(`The binding ${ENGINE} is missing: this Worker was not started by Pawl.`);
  }
  return namespace.get(namespace.idFromName(shardName(shard)));
}

/** The text alone for what is not found on `get`, with the class in front for everything else (spec §3.4, §10). */
export function refused(text: string): Error {
  return new Error(text === "instance.not_found" ? text : `WorkflowError: ${text}`);
}

interface EngineNamespace {
  idFromName(name: string): object;
  get(id: object): EngineStub;
}

function isNamespace(value: unknown): value is EngineNamespace {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "idFromName") === "function";
}
