import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Limiter, Limiters, homeOf, type Peers } from "./limiter.ts";
import type { EngineStub, LineState } from "../protocol.ts";
import { never } from "../base/never.ts";
import { registerWorkflows } from "../registry.ts";
import { WorkflowEntrypoint } from "../binding/entrypoint.ts";

const LIMIT = 2;
const SHARDS = 3;
const WORKFLOW = "limited";

class Limited extends WorkflowEntrypoint {
  override async run(): Promise<void> {}
}

beforeEach(() => {
  vi.useFakeTimers();
  registerWorkflows(
    { Limited },
    {
      shards: SHARDS,
      compatibilityDate: "2026-11-01",
      compatibilityFlags: [],
      workflows: [{ binding: "LIMITED", name: WORKFLOW, className: "Limited", concurrencyLimit: LIMIT }],
    },
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What a shard does for its part: a line of runs, those that execute, and reports of both. */
class ModelShard {
  readonly line: number[] = [];
  readonly executing = new Set<number>();
  readonly begun: number[] = [];
  #clock = 0;

  state(): LineState {
    return { executing: this.executing.size, head: this.line[0] ?? null, asOf: ++this.#clock };
  }

  #obeyed = "";

  stateFor(limiter: string): LineState {
    this.#obeyed = limiter;
    return this.state();
  }

  admit(count: number, limiter: string): LineState | null {
    if (limiter !== this.#obeyed) return null;
    for (const run of this.line.splice(0, count)) {
      this.executing.add(run);
      this.begun.push(run);
    }
    return this.state();
  }
}

type Loss = "none" | "before" | "after";
type Schedule = (message: () => Promise<unknown>) => Promise<unknown>;

/** Shards whose messages take their time, in an order that the test chooses, and may be lost on either way. */
class World {
  readonly shards = Array.from({ length: SHARDS }, () => new ModelShard());
  limiters: Limiters[] = [];
  mostExecuting = 0;
  /** How often each shard has been started: an answer to an earlier life is heard by nobody. */
  readonly #lives = Array.from({ length: SHARDS }, () => 0);
  readonly #schedule: Schedule;
  readonly #loss: () => Loss;

  constructor(schedule: Schedule, loss: () => Loss) {
    this.#schedule = schedule;
    this.#loss = loss;
    this.limiters = this.shards.map((_, own) => new Limiters(this.#peers(own)));
  }

  get home(): number {
    return homeOf(WORKFLOW, SHARDS);
  }

  report(shard: number): void {
    this.limiters[shard]?.report(WORKFLOW, () => this.#shard(shard).state());
  }

  /** The home shard loses its memory, as when its object is started anew. */
  forgetHome(): void {
    this.#lives[this.home] = (this.#lives[this.home] ?? 0) + 1;
    this.limiters[this.home] = new Limiters(this.#peers(this.home));
    this.limiters[this.home]?.start();
  }

  #shard(index: number): ModelShard {
    const shard = this.shards[index];
    if (shard === undefined) throw new Error(`no shard ${index}`);
    return shard;
  }

  #peers(own: number): Peers {
    const life = this.#lives[own];
    const isAlive = (): boolean => this.#lives[own] === life;
    return { own, count: SHARDS, stub: (shard) => this.#stub(shard, isAlive) };
  }

  #stub(index: number, isAlive: () => boolean): EngineStub {
    const send = async <T>(effect: () => T): Promise<T> => {
      const loss = this.#loss();
      let answer: T | undefined;
      await this.#schedule(async () => {
        if (loss !== "before") answer = effect();
        this.mostExecuting = Math.max(
          this.mostExecuting,
          this.shards.reduce((sum, { executing }) => sum + executing.size, 0),
        );
      });
      if (!isAlive()) return never();
      if (loss !== "none") throw new Error("Network connection lost.");
      return answer as T;
    };
    const stub: Partial<EngineStub> = {
      admit: (_workflow, count, limiter) => send(() => this.#shard(index).admit(count, limiter)),
      line: (_workflow, limiter) => send(() => this.#shard(index).stateFor(limiter)),
      lineChanged: (workflow, shard, state) => send(() => this.limiters[index]?.at(workflow).heard(shard, state)),
    };
    return stub as EngineStub;
  }
}

interface Play {
  /** The shard that each run, in order of arrival, belongs to. */
  readonly arrivals: readonly number[];
  readonly losses: readonly Loss[];
  readonly forgets: readonly boolean[];
  readonly order: readonly number[];
}

/** Lets everything happen that is under way or can happen, in the given order, until nothing is left to do. */
async function play({ arrivals, losses, forgets, order }: Play): Promise<World> {
  const waiting: (() => void)[] = [];
  const choices = [...order];
  const lost = [...losses];
  const world = new World(
    (message) =>
      new Promise((resolve) => {
        waiting.push(() => resolve(message()));
      }),
    () => lost.shift() ?? "none",
  );
  const forget = [...forgets];
  for (const limiters of world.limiters) limiters.start();
  for (const [place, index] of arrivals.entries()) {
    world.shards[index]?.line.push(place);
    world.report(index);
  }
  for (let quiet = 0; quiet < 3;) {
    await vi.advanceTimersByTimeAsync(5000);
    const next = waiting.splice((choices.shift() ?? 0) % Math.max(1, waiting.length), 1)[0];
    if (next !== undefined) {
      quiet = 0;
      next();
      if (forget.shift() === true) world.forgetHome();
      continue;
    }
    // Nothing is under way: a run ends, and its shard says so.
    quiet++;
    for (const [index, { executing }] of world.shards.entries()) {
      const [run] = executing;
      if (run === undefined) continue;
      executing.delete(run);
      quiet = 0;
      world.report(index);
    }
  }
  return world;
}

const arrivals = fc.array(fc.nat({ max: SHARDS - 1 }), { maxLength: 12 });
const order = fc.array(fc.nat({ max: 50 }), { maxLength: 60 });

test("never more than the limit execute, and all come to their turn, in whatever order messages arrive", async () => {
  await fc.assert(
    fc.asyncProperty(arrivals, order, async (places, choices) => {
      const world = await play({ arrivals: places, losses: [], forgets: [], order: choices });
      expect(world.mostExecuting).toBeLessThanOrEqual(LIMIT);
      expect(world.shards.flatMap(({ begun }) => begun).toSorted((a, b) => a - b)).toEqual(
        places.map((_, place) => place),
      );
    }),
    { numRuns: 100 },
  );
});

test("the same when messages are lost before or after their effect, and when the home forgets", async () => {
  vi.spyOn(console, "error").mockReturnValue(undefined);
  const losses = fc.array(fc.constantFrom<Loss>("none", "before", "after"), { maxLength: 30 });
  const forgets = fc.array(fc.boolean(), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(arrivals, order, losses, forgets, async (places, choices, lost, forgotten) => {
      const world = await play({ arrivals: places, losses: lost, forgets: forgotten, order: choices });
      expect(world.mostExecuting).toBeLessThanOrEqual(LIMIT);
      expect(world.shards.flatMap(({ begun }) => begun).toSorted((a, b) => a - b)).toEqual(
        places.map((_, place) => place),
      );
    }),
    { numRuns: 100 },
  );
});

test("with one place free, who came first goes first, wherever it is", async () => {
  const granted: number[] = [];
  const heads = [30, 10, 20];
  const limiter = new Limiter(WORKFLOW, {
    own: 0,
    count: SHARDS,
    stub: (shard) => {
      const stub: Partial<EngineStub> = {
        line: async () => ({ executing: shard === 0 ? LIMIT - 1 : 0, head: heads[shard] ?? null, asOf: 1 }),
        admit: async () => {
          granted.push(shard);
          return { executing: LIMIT - (shard === 0 ? 0 : 1), head: null, asOf: 2 };
        },
      };
      return stub as EngineStub;
    },
  });
  limiter.decide();
  await vi.advanceTimersByTimeAsync(0);
  expect(granted).toEqual([1]);
});
