import type { EngineLink } from "../engine/engine-link.ts";
import { AlreadyExists, isUnreachable, messageOf } from "../engine/failures.ts";
import type { Reconciler } from "../engine/reconciler.ts";
import { Refusal } from "../refusal.ts";
import type { RunStore, StoredRequest } from "../store/run-store.ts";

/** How many runs there may be. */
export interface RunLimits {
  readonly maxLiveRuns: number;
  readonly keptRuns: number;
}

export interface StartRequest {
  /** Name of the workflow's binding. */
  workflow: string;
  /** Undefined for one that is made up. */
  id: string | undefined;
  /** What a made-up id begins with. */
  prefix?: string;
  /** Makes the params for the id. */
  params: (id: string) => unknown;
  /** Further options of `runWorkflow`. */
  options: object;
}

/** Starts runs. */
export class Starter {
  readonly #store: RunStore;
  readonly #engine: EngineLink;
  readonly #reconciler: Reconciler;
  readonly #limits: RunLimits;

  constructor(store: RunStore, engine: EngineLink, reconciler: Reconciler, limits: RunLimits) {
    this.#store = store;
    this.#engine = engine;
    this.#reconciler = reconciler;
    this.#limits = limits;
  }

  /**
   * The run is on disk before its instance is created, so that an accepted start survives whatever comes between.
   *
   * @returns the run's id
   * @throws Refusal
   */
  async start({ workflow, id: chosen, prefix = "", params, options }: StartRequest): Promise<string> {
    const id = chosen ?? `${prefix}${crypto.randomUUID()}`;
    this.#admit(id);
    // Whose instance that is cannot be known, and whoever has a run may cancel it.
    if (chosen !== undefined && (await this.#engine.status({ id, workflow })) !== "missing") throw taken(id);
    this.#admit(id);
    const currentBefore = this.#store.currentId;
    this.#keep({ id, workflow, created: false }, { params: params(id), options });
    // Killed from here on, the agent wakes and goes on with it.
    await this.#reconciler.arm();
    try {
      await this.#reconciler.create({ id, workflow });
    } catch (error) {
      if (isUnreachable(error)) console.warn(`Run "${id}" is created as soon as the engine can be reached:`, error);
      else if (!(error instanceof AlreadyExists && chosen === undefined)) {
        this.#takeBack(id, currentBefore);
        throw error instanceof AlreadyExists ? taken(id) : refused(error);
      }
    }
    for (const old of this.#store.prune(this.#limits.keptRuns)) this.#engine.forget(old);
    return id;
  }

  #admit(id: string): void {
    if (this.#store.get(id) !== undefined) throw taken(id);
    const { maxLiveRuns } = this.#limits;
    if (this.#store.runs.countLive() < maxLiveRuns) return;
    throw new Refusal(
      "too_many_runs",
      `${maxLiveRuns} runs are under way, which is all that this agent admits. Wait for one to end, or cancel one.`,
    );
  }

  #keep(run: Parameters<RunStore["add"]>[0], request: StoredRequest): void {
    try {
      this.#store.add(run, request);
    } catch (error) {
      throw refused(error);
    }
  }

  #takeBack(id: string, current: string | null): void {
    const run = this.#store.get(id);
    if (run !== undefined) this.#store.remove(run, "taken back");
    this.#store.makeCurrent(current);
  }
}

/** Params that cannot be kept, or that the engine does not take: the reason is worth knowing, and no secret. */
function refused(error: unknown): Refusal {
  return new Refusal("malformed", `This run cannot be started: ${messageOf(error)}`, { cause: error });
}

function taken(id: string): Refusal {
  return new Refusal("id_taken", `There is a run "${id}" already. Choose another id. (instance.already_exists)`);
}
