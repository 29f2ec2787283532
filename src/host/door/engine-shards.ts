import type { ReadSide } from "../../engine/index.ts";
// This one module of the engine, which runs beside it, is part of the door; see door-modules.ts.
import { shardName, shardOf } from "../../engine/base/shard-of.ts";

/** As much of an engine shard as the door uses. */
export interface Shard extends ReadSide {
  wake(): Promise<void>;
}

export interface DoorEnv {
  readonly TOKEN: string;
  /** 0 in a project without workflows. */
  readonly SHARDS: number;
  readonly ENGINE?: { idFromName(name: string): object; get(id: object): Shard };
}

/** Absent in a project without workflows. */
export class EngineShards {
  readonly #namespace: NonNullable<DoorEnv["ENGINE"]>;
  readonly count: number;

  private constructor(namespace: NonNullable<DoorEnv["ENGINE"]>, count: number) {
    this.#namespace = namespace;
    this.count = count;
  }

  static of({ ENGINE, SHARDS }: DoorEnv): EngineShards | undefined {
    return ENGINE === undefined ? undefined : new EngineShards(ENGINE, SHARDS);
  }

  at(index: number): Shard {
    return this.#namespace.get(this.#namespace.idFromName(shardName(index)));
  }

  /** The shard that holds a run. */
  indexOf(workflow: string, id: string): number {
    return shardOf(workflow, id, this.count);
  }
}
