import type { Instance, Program, World } from "../program.ts";

const idsOf = (result: unknown): unknown => (Array.isArray(result) ? result.map(({ id }: Instance) => id) : result);

/** What array-form `createBatch` says: the ids, or what it throws. */
const batch = ({ tried, binding }: World, entries: unknown): Promise<unknown> =>
  tried(async () => idsOf(await binding.createBatch(entries)));

/** What the object form says: the ids and errors, or what it throws. */
const batchOf = ({ tried, binding }: World, options: unknown): Promise<unknown> =>
  tried(async () => {
    const result = (await binding.createBatch(options)) as { created: Instance[]; errors: unknown };
    const ids = result.created.map(({ id }) => (id.includes("--") ? id : "made"));
    return { created: ids, errors: result.errors };
  });

const exists = async ({ tried, binding }: World, id: string): Promise<boolean> =>
  !String(await tried(() => binding.get(id))).startsWith("throws");

const payload: Program["run"] = (_step, event) => event.payload;

const arrays: readonly Program[] = [
  { section: "3.3", title: "an empty array throws", drive: (world) => batch(world, []) },
  {
    section: "3.3",
    title: "101 at a time throw, and nothing is created",
    drive: async (world) => {
      const outcome = await batch(
        world,
        Array.from({ length: 101 }, (_, i) => ({ id: `${world.id}${i}` })),
      );
      return { outcome, first: await exists(world, `${world.id}0`) };
    },
  },
  {
    section: "3.3",
    title: "100 at a time are created, in order",
    drive: async (world) => {
      const ids = Array.from({ length: 100 }, (_, i) => `${world.id}${i}`);
      const outcome = await batch(
        world,
        ids.map((id) => ({ id })),
      );
      return JSON.stringify(outcome) === JSON.stringify(ids);
    },
  },
  {
    section: "3.3",
    title: "params of each reach it",
    run: payload,
    drive: async ({ binding, id, ended }) => {
      const created = (await binding.createBatch([
        { id: `${id}a`, params: 1 },
        { id: `${id}b`, params: { b: 2 } },
        { id: `${id}c` },
      ])) as Instance[];
      return Promise.all(created.map(ended));
    },
  },
  {
    section: "3.3",
    title: "an id that exists is skipped and absent from the result",
    run: payload,
    drive: async (world) => {
      const { id, create, ended, binding } = world;
      await create({ suffix: "b", params: "first" });
      const ids = await batch(
        world,
        ["a", "b", "c"].map((suffix) => ({ id: `${id}${suffix}`, params: "batch" })),
      );
      return { ids, existing: await ended(await binding.get(`${id}b`)) };
    },
  },
  {
    section: "3.3",
    title: "all ids exist: the result is empty",
    drive: async (world) => {
      await world.create();
      return batch(world, [{ id: world.id }]);
    },
  },
  {
    section: "3.3",
    title: "the same id twice is one instance, the first",
    run: payload,
    drive: async (world) => {
      const { id, binding, ended } = world;
      const ids = await batch(world, [
        { id: `${id}a`, params: 1 },
        { id: `${id}a`, params: 2 },
      ]);
      return { ids, instance: await ended(await binding.get(`${id}a`)) };
    },
  },
  {
    section: "3.3",
    title: "one invalid id: the call throws and nothing is created",
    drive: async (world) => {
      const outcome = await batch(world, [{ id: `${world.id}a` }, { id: "not valid" }]);
      return { outcome, first: await exists(world, `${world.id}a`) };
    },
  },
  {
    section: "3.3",
    title: "without ids they are made",
    drive: async ({ binding }) => {
      const created = (await binding.createBatch([{}, { params: 1 }])) as Instance[];
      return { count: created.length, differ: created[0]?.id !== created[1]?.id };
    },
  },
  ...(
    [
      ["null", null],
      ["text", "a"],
      ["a number", 5],
    ] as const
  ).map(([what, entry]): Program => ({
    section: "3.3",
    title: `an array with ${what} as entry`,
    drive: async ({ binding, tried }) =>
      tried(async () => ((await binding.createBatch([entry])) as Instance[]).map(({ id }) => id.length > 10)),
  })),
  {
    section: "3.3",
    title: "an array with params that cannot be kept: nothing is created",
    drive: async (world) => {
      const outcome = await batch(world, [
        { id: `${world.id}a` },
        { id: `${world.id}b`, params: "x".repeat(1_100_000) },
      ]);
      return { refused: String(outcome).startsWith("throws"), a: await exists(world, `${world.id}a`) };
    },
  },
  {
    section: "3.3",
    title: "an array with a wrong retention: nothing is created",
    drive: async (world) => {
      const outcome = await batch(world, [
        { id: `${world.id}a` },
        { id: `${world.id}b`, retention: { successRetention: "soon" } },
      ]);
      return { outcome, a: await exists(world, `${world.id}a`) };
    },
  },
  {
    section: "3.3",
    title: "what it returns are handles",
    drive: async ({ binding, id, ended }) => {
      const [instance] = (await binding.createBatch([{ id }])) as Instance[];
      return instance === undefined ? "none" : { id: instance.id, status: await ended(instance) };
    },
  },
];

const DURATION_ROWS: readonly [string, unknown][] = [
  ["a negative number", -1],
  ["zero", 0],
  ["a word", "soon"],
  ["a bare number in text", "5"],
  ["a negative duration", "-1 day"],
  ["an object", {}],
];

const objects: readonly Program[] = [
  ...(
    [
      ["count 0", { count: 0 }],
      ["a negative count", { count: -1 }],
      ["count 1.5", { count: 1.5 }],
      ["count as text", { count: "2" }],
      ["count null", { count: null }],
      ["count 101", { count: 101 }],
      ["no instances at all", { instances: [] }],
      ["instances that are no array", { instances: "a" }],
      ["neither count nor instances", {}],
      ["null", null],
      ["text", "abc"],
      ["nothing", undefined],
      ["a number", 5],
      ["an invalid id", { instances: [{ id: "not valid" }] }],
      ["an empty id", { instances: [{ id: "" }] }],
      ["the reserved id batch", { instances: [{ id: "batch" }] }],
      ["the reserved id terminate", { instances: [{ id: "terminate" }] }],
      ["the reserved id terminateAll", { instances: [{ id: "terminateAll" }] }],
      ["a reserved id of cf_ and 64 hex digits", { instances: [{ id: `cf_${"0".repeat(64)}` }] }],
      ["an entry that is no object", { instances: ["a"] }],
      ["an entry that is null", { instances: [null] }],
      ["an entry that is an array", { instances: [[]] }],
      ["an unknown locationHint", { count: 1, locationHint: "moon" }],
      ["an unknown locationHint of an entry", { instances: [{ locationHint: "moon" }] }],
    ] as const
  ).map(([what, options]): Program => ({
    section: "3.3",
    title: `object form refuses ${what}`,
    drive: (world) => batchOf(world, options),
  })),
  ...DURATION_ROWS.map(([what, successRetention]): Program => ({
    section: "3.3",
    title: `object form refuses ${what} as retention`,
    drive: (world) => batchOf(world, { count: 1, retention: { successRetention } }),
  })),
  {
    section: "3.3",
    title: "object form refuses 101 instances",
    drive: (world) => batchOf(world, { instances: Array.from({ length: 101 }, () => ({})) }),
  },
  {
    section: "3.3",
    title: "object form creates count instances",
    run: payload,
    drive: async ({ binding, ended }) => {
      const { created, errors } = (await binding.createBatch({ count: 3, params: { n: 1 } })) as {
        created: Instance[];
        errors: unknown;
      };
      return { outputs: await Promise.all(created.map(ended)), errors };
    },
  },
  {
    section: "3.3",
    title: "object form with count and instances: count wins",
    drive: (world) => batchOf(world, { count: 2, instances: [{ id: world.id }] }),
  },
  {
    section: "3.3",
    title: "object form creates the given instances",
    run: payload,
    drive: async (world) => {
      const { id, binding, ended } = world;
      const outcome = await batchOf(world, {
        instances: [
          { id: `${id}a`, params: 1 },
          { id: `${id}b`, params: 2, retention: { successRetention: "1 hour" }, locationHint: "weur" },
        ],
      });
      return { outcome, b: await ended(await binding.get(`${id}b`)) };
    },
  },
  {
    section: "3.3",
    title: "object form tells of ids that exist and of those given twice",
    drive: async (world) => {
      const { id, create } = world;
      await create({ suffix: "b" });
      return batchOf(world, { instances: ["a", "b", "c", "a"].map((suffix) => ({ id: `${id}${suffix}` })) });
    },
  },
  {
    section: "3.3",
    title: "object form with one invalid id creates nothing",
    drive: async (world) => {
      const outcome = await batchOf(world, { instances: [{ id: `${world.id}a` }, { id: "not valid" }] });
      return { outcome, first: await exists(world, `${world.id}a`) };
    },
  },
];

const deletions: readonly Program[] = [
  ...(
    [
      ["nothing", undefined],
      ["text", "a"],
      ["an object", { instances: ["a"] }],
      ["an empty array", []],
      ["101 ids", Array.from({ length: 101 }, (_, i) => `x${i}`)],
      ["an empty id", [""]],
      ["an id with a dot", ["a.b"]],
      ["an id of 272 characters", ["x".repeat(272)]],
      ["a number", [5]],
    ] as const
  ).map(([what, ids]): Program => ({
    section: "3.5",
    title: `deleteBatch refuses ${what}`,
    drive: ({ tried, binding }) => tried(() => binding.deleteBatch(ids)),
  })),
  {
    section: "3.5",
    title: "deleteBatch with one invalid id deletes nothing",
    drive: async (world) => {
      const { tried, binding, create, id } = world;
      await create();
      const outcome = await tried(() => binding.deleteBatch([id, "a.b"]));
      return { outcome, exists: await exists(world, id) };
    },
  },
  {
    section: "3.5",
    title: "deleteBatch looks up ids of schedules too",
    drive: ({ tried, binding }) => tried(() => binding.deleteBatch(["*/30 * * * *-1786001400000"])),
  },
  {
    section: "3.5",
    title: "deleteBatch deletes, and repeats the result for an id given twice",
    drive: async (world) => {
      const { binding, create, id, tried } = world;
      await create({ suffix: "a" });
      await create({ suffix: "b" });
      const outcome = await tried(() => binding.deleteBatch([`${id}a`, `${id}x`, `${id}b`, `${id}a`, `${id}x`]));
      return { outcome, a: await exists(world, `${id}a`), b: await exists(world, `${id}b`) };
    },
  },
  {
    section: "3.5",
    title: "delete: get rejects afterwards",
    drive: async (world) => {
      const { binding, create, id, ended, tried } = world;
      const instance = await create();
      await ended(instance);
      const outcome = await tried(() => instance.delete());
      return { outcome, get: await tried(() => binding.get(id)) };
    },
  },
  {
    section: "3.5",
    title: "every method of a deleted instance throws",
    drive: async ({ create, ended, tried }) => {
      const instance = await create();
      await ended(instance);
      await instance.delete();
      const outcomes: Record<string, unknown> = {};
      for (const method of ["status", "pause", "resume", "terminate", "restart", "delete"] as const) {
        outcomes[method] = await tried(() => instance[method]());
      }
      outcomes["sendEvent"] = await tried(() => instance.sendEvent({ type: "go", payload: 1 }));
      return outcomes;
    },
  },
  {
    section: "3.5",
    title: "create with a deleted id starts afresh",
    run: (step, event, { nth }) => step.do("count", () => [event.payload, nth("count")]),
    drive: async ({ create, ended }) => {
      const first = await create({ params: 1 });
      const before = await ended(first);
      await first.delete();
      return [before, await ended(await create({ params: 2 }))];
    },
  },
  {
    section: "3.5",
    title: "delete stops a run that is in a step",
    run: async (step, _event, { trace, passed }) => {
      await step.do("held", async () => {
        trace("begins");
        await passed("gate");
      });
      await step.do("next", () => trace("next"));
    },
    drive: async (world) => {
      const { create, traced, open, sleep, id } = world;
      const instance = await create();
      await traced("begins");
      await instance.delete();
      open("gate");
      await sleep(50);
      return exists(world, id);
    },
  },
  {
    section: "3.5",
    title: "a run that deletes itself stops there",
    run: async (step, event, { binding, trace }) => {
      await step.do("before", () => trace("before"));
      const instance = await binding.get(event.instanceId);
      await instance.delete();
      await step.do("after", () => trace("after"));
    },
    drive: async (world) => {
      await world.create();
      await world.traced("before");
      while (await exists(world, world.id)) await world.sleep(5);
      await world.sleep(30);
      return "gone";
    },
  },
];

export const batches: readonly Program[] = [...arrays, ...objects, ...deletions];
