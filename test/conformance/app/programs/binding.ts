import { call, type Instance, type Program, type World } from "../program.ts";

const LONGEST = 100;

/** What `create` says to an id: the id it gave, or what it throws. */
const created = async ({ tried, binding, id }: World, given: unknown): Promise<unknown> =>
  tried(async () => {
    const instance = await binding.create({ id: given, params: { program: "none" } });
    return instance.id === given ? "created" : instance.id.replaceAll(id, "<id>");
  });

const padded = (id: string, length: number): string => id + "x".repeat(length - id.length);

const VALID_IDS: Readonly<Record<string, (id: string) => string>> = {
  "an id of letters, digits, dashes and underscores": (id) => `${id}_A-z_09`,
  "an id that begins with a digit": (id) => `0${id}`,
  "an id that begins with an underscore": (id) => `_${id}`,
  "an id that ends with a dash": (id) => `${id}-`,
  "an id of 100 characters": (id) => padded(`${id}h`, LONGEST),
};

const INVALID_IDS: Readonly<Record<string, (id: string) => unknown>> = {
  "an empty id": () => "",
  "an id that begins with a dash": (id) => `-${id}`,
  "an id with a space": (id) => `${id} b`,
  "an id with a dot": (id) => `${id}.b`,
  "an id with a slash": (id) => `${id}/b`,
  "an id with a colon": (id) => `${id}:b`,
  "an id with a letter beyond ASCII": (id) => `${id}ü`,
  "an id with a line feed": (id) => `${id}\n`,
  "an id of 101 characters": (id) => padded(`${id}h`, LONGEST + 1),
  "null as id": () => null,
  "a number as id": () => 5,
  "an object as id": () => ({}),
};

const ids: readonly Program[] = [
  ...Object.entries({ ...VALID_IDS, ...INVALID_IDS }).map(([title, idFor]): Program => ({
    section: "3.1",
    title,
    drive: async (world) => created(world, idFor(world.id)),
  })),
  {
    section: "3.1",
    title: "no id: one is made",
    drive: async ({ binding }) => {
      const { id } = await binding.create({ params: { program: "none" } });
      return typeof id === "string" && id.length > 10;
    },
  },
  {
    section: "3.1",
    title: "undefined as id: one is made",
    drive: async ({ binding }) => {
      const { id } = await binding.create({ id: undefined, params: { program: "none" } });
      return typeof id === "string" && id.length > 10;
    },
  },
  {
    section: "3.1",
    title: "two made ids differ",
    drive: async ({ binding }) => {
      const [a, b] = [await binding.create(), await binding.create()];
      return a.id !== b.id;
    },
  },
];

const payload: Program["run"] = (_step, event) => event.payload;

const creation: readonly Program[] = [
  {
    section: "3.2",
    title: "name and message of what create throws",
    rawNames: true,
    drive: ({ tried, binding }) => tried(() => binding.create({ id: "not valid" })),
  },
  {
    section: "3.2",
    title: "create without arguments: the payload is an empty object",
    drive: async ({ binding, ended }) => ended(await binding.create()),
  },
  {
    section: "3.2",
    title: "create with an empty object: the payload is an empty object",
    drive: async ({ binding, ended }) => ended(await binding.create({})),
  },
  {
    section: "3.2",
    title: "create without params",
    run: payload,
    drive: async ({ binding, ended, id }) => ended(await binding.create({ id })),
  },
  { section: "3.2", title: "create with params undefined", run: payload },
  { section: "3.2", title: "create with params null", run: payload, drive: ({ result }) => result(null) },
  { section: "3.2", title: "create with a string", run: payload, drive: ({ result }) => result("text") },
  { section: "3.2", title: "create with a number", run: payload, drive: ({ result }) => result(7) },
  { section: "3.2", title: "create with false", run: payload, drive: ({ result }) => result(false) },
  { section: "3.2", title: "create with an array", run: payload, drive: ({ result }) => result([1, [2]]) },
  {
    section: "3.2",
    title: "create with nested params",
    run: payload,
    drive: ({ result }) => result({ a: { b: [{}] } }),
  },
  {
    section: "3.2",
    title: "params with a function are refused",
    drive: async ({ tried, create, sleep }) => {
      const outcome = await tried(async () => {
        const instance = await create({ params: { f: () => 1 } });
        await sleep(50);
        return instance.status();
      });
      return String(outcome).startsWith("throws") ? "refused" : outcome;
    },
  },
  {
    section: "3.2",
    title: "params with an instance of an own class are refused",
    drive: async ({ tried, create }) =>
      tried(async () => {
        class Point {
          x = 1;
        }
        await create({ params: new Point() });
      }),
  },
  {
    section: "3.2",
    title: "params of 1 MiB and more are refused",
    drive: async ({ tried, create, ended }) => {
      const outcome = await tried(
        async () => (await ended(await create({ params: "x".repeat(1024 * 1024 + 100) }))).status,
      );
      return String(outcome).startsWith("throws") ? "refused" : outcome;
    },
  },
  {
    section: "3.2",
    title: "what create returns",
    drive: async ({ create, id }) => {
      const instance = await create();
      const methods = ["status", "pause", "resume", "terminate", "restart", "sendEvent", "delete", "subscribe"];
      return {
        id: instance.id === id,
        methods: methods.filter((method) => typeof Reflect.get(instance, method) === "function"),
      };
    },
  },
  {
    section: "3.2",
    title: "an id that exists throws",
    drive: async ({ create, tried, ended }) => {
      const first = await create({ params: 1 });
      const second = await tried(() => create({ params: 2 }));
      return { second, first: await ended(first) };
    },
    run: payload,
  },
  {
    section: "3.2",
    title: "an id whose instance is complete throws",
    drive: async ({ create, tried, result }) => {
      await result();
      return tried(() => create());
    },
  },
  {
    section: "3.2",
    title: "an id whose instance has been terminated throws",
    run: (step) => step.sleep("nap", 30_000),
    drive: async ({ create, tried }) => {
      const instance = await create();
      await instance.terminate();
      return tried(() => create());
    },
  },
  {
    section: "3.2",
    title: "of ten calls of create with one id at once, one succeeds",
    drive: async ({ create, tried }) => {
      const outcomes = await Promise.all(Array.from({ length: 10 }, () => tried(async () => (await create()).id)));
      return outcomes.map(String).toSorted();
    },
  },
  {
    section: "3.2",
    title: "unknown options are ignored",
    run: payload,
    drive: async ({ binding, id, ended }) => ended(await binding.create({ id, params: 1, colour: "red" })),
  },
  {
    section: "3.2",
    title: "retention and locationHint are accepted",
    run: payload,
    drive: async ({ binding, id, ended }) =>
      ended(
        await binding.create({
          id,
          params: 1,
          retention: { successRetention: "1 day", errorRetention: 86_400_000 },
          locationHint: "weur",
        }),
      ),
  },
  ...(
    [
      ["null", null],
      ["text", "a"],
      ["a number", 5],
      ["an array", []],
    ] as const
  ).map(([what, options]): Program => ({
    section: "3.2",
    title: `create with ${what} instead of options`,
    drive: ({ tried, binding, ended }) =>
      tried(async () => {
        const instance = await binding.create(options);
        return { made: instance.id.length > 10, ...(await ended(instance)) };
      }),
  })),
  ...(
    [
      ["null", null],
      ["text", "1 day"],
      ["a number", 5],
      ["an array", []],
      ["an unknown key", { success: "1 day" }],
      ["a negative number", { successRetention: -1 }],
      ["zero", { successRetention: 0 }],
      ["a word", { successRetention: "soon" }],
      ["an unknown unit", { errorRetention: "5 parsecs" }],
      ["null as a duration", { errorRetention: null }],
      ["undefined as a duration", { errorRetention: undefined }],
    ] as const
  ).map(([what, retention]): Program => ({
    section: "3.2",
    title: `create with retention: ${what}`,
    drive: ({ tried, binding, id, ended }) => tried(async () => ended(await binding.create({ id, retention }))),
  })),
  {
    section: "3.2",
    title: "create with an unknown locationHint",
    drive: ({ tried, binding, id, ended }) =>
      tried(async () => ended(await binding.create({ id, locationHint: "moon" }))),
  },
  {
    section: "3.2",
    title: "params of exactly 1 MiB",
    run: (_step, event) => (event.payload as string).length,
    drive: ({ result }) => result("x".repeat(1024 * 1024)),
    noHistory: "it would hold a million characters",
  },
  {
    section: "3.2",
    title: "retention undefined is accepted",
    run: payload,
    drive: async ({ binding, id, ended }) => ended(await binding.create({ id, params: 1, retention: undefined })),
  },
  {
    section: "3.2",
    title: "status is there at once and not unknown",
    run: (step) => step.sleep("nap", 30_000),
    drive: async ({ create, binding, id }) => {
      const instance = await create();
      const statuses = [await instance.status(), await (await binding.get(id)).status()];
      return statuses.every(({ status }) => ["queued", "running", "waiting"].includes(status));
    },
  },
];

const lookup: readonly Program[] = [
  {
    section: "3.4",
    title: "get of an unknown id throws",
    drive: ({ tried, binding, id }) => tried(() => binding.get(id)),
  },
  {
    section: "3.4",
    title: "get of an invalid id throws the same",
    drive: ({ tried, binding }) => tried(() => binding.get("no such id!")),
  },
  { section: "3.4", title: "get of an empty id throws", drive: ({ tried, binding }) => tried(() => binding.get("")) },
  {
    section: "3.4",
    title: "what get throws says instance.not_found",
    drive: async ({ tried, binding, id }) => String(await tried(() => binding.get(id))).includes("instance.not_found"),
  },
  {
    section: "3.4",
    title: "get gives the instance",
    run: payload,
    drive: async ({ create, binding, id, ended }) => {
      await create({ params: 3 });
      const instance: Instance = await binding.get(id);
      return { id: instance.id, ...(await ended(instance)) };
    },
  },
  {
    section: "3.4",
    title: "ids are the workflow's own: another workflow does not know them",
    workflow: "SHORT",
    run: payload,
    drive: async ({ create, binding, id, ended }) => {
      const instance = await create({ params: 3 });
      return { id: (await binding.get(id)).id, ...(await ended(instance)) };
    },
  },
];

const surface: readonly Program[] = [
  ...["create", "createBatch", "get", "deleteBatch"].map((method): Program => ({
    section: "3",
    title: `"${method}" is in the binding`,
    drive: ({ binding }) => ({ in: method in binding, type: typeof Reflect.get(binding, method) }),
  })),
  ...["delete", "list", "query", "fetch"].map((method): Program => ({
    section: "3",
    title: `there is no ${method} on the binding`,
    drive: ({ binding }) => method in binding,
  })),
  { section: "3", title: "the binding is an object", drive: ({ binding }) => typeof binding },
  { section: "3", title: "the binding shows no own keys", drive: ({ binding }) => Object.keys(binding) },
  {
    section: "3",
    title: "the binding's methods lie on its prototype",
    drive: ({ binding }) => Object.hasOwn(binding, "create"),
  },
  {
    section: "3",
    title: "a workflow reaches the same binding in its env",
    run: async (_step, event, { binding }) =>
      event.instanceId.endsWith("-child")
        ? "child"
        : { create: "create" in binding, child: (await binding.create({ id: `${event.instanceId}-child` })).id },
    drive: async ({ binding, id, create, ended, tried }) => ({
      parent: await ended(await create()),
      child: await tried(async () => ended(await binding.get(`${id}-child`))),
    }),
    noHistory: "its code between steps creates an instance, which a replay would do again",
  },
  {
    section: "3",
    title: "create may be called detached through Reflect",
    drive: async ({ binding, id }) => {
      const instance = await call(binding, "create", { id });
      return Reflect.get(instance as object, "id") === id;
    },
  },
];

export const binding: readonly Program[] = [...surface, ...ids, ...creation, ...lookup];
