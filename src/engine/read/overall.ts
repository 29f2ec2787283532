import type { EngineStub } from "../protocol.ts";
import { checkQuery } from "./check-query.ts";
import type { ShardQuery } from "./catalog.ts";
import { type ShardOverview, workflowsOf } from "./overview.ts";
import type { Read, RunPage, RunQuery, ShardFigures, WorkflowOverview } from "./read-protocol.ts";
import { encodeCursor, inShard, merge } from "./run-order.ts";
import { askAll, type Shards } from "./scatter.ts";

/** Runs that do not match and are looked at for one page of a search, over all shards. */
const PATIENCE = 10_000;

/** What can be read over all shards: any of them asks all the others, and itself. */
export class Overall {
  readonly #shards: Shards<EngineStub>;

  constructor(shards: Shards<EngineStub>) {
    this.#shards = shards;
  }

  async runs(query: RunQuery): Promise<Read<RunPage>> {
    const checked = checkQuery(query);
    if (typeof checked === "string") return { ok: false, reason: "invalid", message: checked };
    const { after, ...common } = checked;
    const patience = Math.ceil(PATIENCE / this.#shards.count);
    const asked = await askAll(this.#shards, (stub, shard) => {
      const own: ShardQuery = { ...common, patience, ...(after && { after: inShard(after, shard) }) };
      return stub.listOwn(own);
    });
    if ("failure" in asked) return unavailable(asked.failure);
    const { values, next } = merge(asked.answers, checked.limit);
    const rowsRead = asked.answers.reduce((sum, page) => sum + page.rowsRead, 0);
    return { ok: true, value: { runs: values, next: next && encodeCursor(next), rowsRead } };
  }

  async workflows(): Promise<Read<WorkflowOverview[]>> {
    return this.#overview((overviews) => workflowsOf(overviews.flatMap(({ counts }) => counts)));
  }

  async shards(): Promise<Read<ShardFigures[]>> {
    return this.#overview((overviews) => overviews.map(({ figures }) => figures));
  }

  async #overview<T>(sum: (overviews: ShardOverview[]) => T): Promise<Read<T>> {
    const asked = await askAll(this.#shards, (stub) => stub.overviewOwn());
    return "failure" in asked ? unavailable(asked.failure) : { ok: true, value: sum(asked.answers) };
  }
}

function unavailable(message: string): Read<never> {
  return { ok: false, reason: "unavailable", message };
}
