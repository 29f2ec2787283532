import type { Program } from "../program.ts";

const terminate: readonly Program[] = [
  {
    section: "4.6",
    title: "the result of a step in flight is discarded",
    run: async (step, _event, { trace, passed }) => {
      await step.do("held", async () => {
        trace("begins");
        await passed("gate");
        trace("ends");
      });
      await step.do("next", () => trace("next"));
    },
    drive: async ({ create, traced, open, ended, sleep }) => {
      const instance = await create();
      await traced("begins");
      await instance.terminate();
      const before = await ended(instance);
      open("gate");
      await traced("ends");
      await sleep(20);
      return [before, await ended(instance)];
    },
  },
  {
    section: "4.6",
    title: "terminate twice throws",
    run: (step) => step.sleep("nap", 30_000),
    drive: async ({ create, tried }) => {
      const instance = await create();
      await instance.terminate();
      return tried(() => instance.terminate());
    },
  },
  {
    section: "4.6",
    title: "terminate with rollback false",
    run: (step) => step.sleep("nap", 30_000),
    drive: async ({ create, ended }) => {
      const instance = await create();
      await instance.terminate({ rollback: false });
      return ended(instance);
    },
  },
  {
    section: "4.6",
    title: "a run that terminates itself stops there",
    run: async (step, event, { binding, trace }) => {
      await step.do("before", () => trace("before"));
      const instance = await binding.get(event.instanceId);
      await instance.terminate();
      await step.do("after", () => trace("after"));
    },
    drive: async ({ create, ended, sleep }) => {
      const status = await ended(await create());
      await sleep(30);
      return status;
    },
  },
  {
    section: "4.6",
    title: "user code does not see its termination",
    run: async (step, _event, { once }) => {
      try {
        once("sleeps");
        await step.sleep("nap", 30_000);
      } catch (error) {
        once(`caught ${String(error)}`);
        throw error;
      } finally {
        once("finally");
      }
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("sleeps");
      await sleep(20);
      await instance.terminate();
      await sleep(40);
      return ended(instance);
    },
  },
];

const restart: readonly Program[] = [
  {
    section: "4.7",
    title: "everything runs again",
    run: async (step, _event, { nth }) => [await step.do("a", () => nth("a")), await step.do("b", () => nth("b"))],
    drive: async ({ create, ended }) => {
      const instance = await create();
      const first = await ended(instance);
      await instance.restart();
      const second = await ended(instance);
      return [first, second];
    },
  },
  {
    section: "4.7",
    title: "payload, id and timestamp stay",
    run: async (step, event) => {
      await step.sleep("nap", 20);
      return [event.payload, event.instanceId, event.timestamp.getTime()];
    },
    drive: async ({ create, ended }) => {
      const instance = await create({ params: { n: 1 } });
      const first = await ended(instance);
      await instance.restart();
      const second = await ended(instance);
      return JSON.stringify(first) === JSON.stringify(second);
    },
    noHistory: "times of the clock are among its outputs",
  },
  {
    section: "4.7",
    title: "an errored instance can succeed the second time",
    run: async (step, _event, { nth }) => {
      const n = await step.do("count", () => nth("count"));
      if (n === 1) throw new Error("first time");
      return n;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      const first = await ended(instance);
      await instance.restart();
      return [first, await ended(instance)];
    },
  },
  {
    section: "4.7",
    title: "while a step is in flight: its result is discarded",
    run: async (step, _event, { trace, passed, nth }) => {
      const n = await step.do("held", async () => {
        const n = nth("held");
        trace(`begins ${n}`);
        await passed(`gate ${n}`);
        return n;
      });
      return step.do("after", () => `after ${n}`);
    },
    drive: async ({ create, traced, open, ended, sleep }) => {
      const instance = await create();
      await traced("begins 1");
      await instance.restart();
      await traced("begins 2");
      open("gate 1");
      await sleep(20);
      open("gate 2");
      return ended(instance);
    },
  },
  {
    section: "4.7",
    title: "buffered events are dropped",
    run: async (step, event, { once, nth }) => {
      const round = await step.do("round", () => nth("round"));
      once(`round ${round}`);
      const got = await step.waitForEvent("wait", { type: round === 1 ? "other" : "go", timeout: 300 });
      return [event.payload, got.payload];
    },
    drive: async ({ create, traced, ended }) => {
      const instance = await create({ params: 0 });
      await traced("round 1");
      await instance.sendEvent({ type: "go", payload: "before" });
      await instance.restart();
      await traced("round 2");
      await instance.sendEvent({ type: "go", payload: "after" });
      return ended(instance);
    },
  },
];

/** Three steps in a row; a restart from one of them shows which ran again. */
const chain: NonNullable<Program["run"]> = async (step, _event, { nth }) => {
  const results: unknown[] = [];
  for (const name of ["a", "b", "c"]) results.push(`${name}${await step.do(name, () => nth(name))}`);
  return results;
};

const from = (title: string, run: NonNullable<Program["run"]>, options: unknown): Program => ({
  section: "4.7",
  title,
  run,
  drive: async ({ create, ended, tried }) => {
    const instance = await create();
    const first = await ended(instance);
    const restart = await tried(() => instance.restart(options));
    return { first, restart, second: await ended(instance) };
  },
});

const loop: NonNullable<Program["run"]> = async (step, _event, { nth }) => {
  const results: unknown[] = [];
  for (let i = 0; i < 3; i++) results.push(await step.do("same", () => nth(`same ${i}`)));
  return results;
};

const kinds: NonNullable<Program["run"]> = async (step, _event, { nth }) => {
  const before = await step.do("before", () => nth("before"));
  await step.sleep("x", 5);
  const between = await step.do("between", () => nth("between"));
  const x = await step.do("x", () => nth("x"));
  return { before, between, x };
};

const restartFrom: readonly Program[] = [
  ...(
    [
      ["null", null],
      ["text", "a"],
      ["an empty object", {}],
      ["a number as name", { name: 5 }],
      ["null as name", { name: null }],
      ["count 0", { name: "a", count: 0 }],
      ["a negative count", { name: "a", count: -1 }],
      ["a fractional count", { name: "a", count: 1.5 }],
      ["a count as text", { name: "a", count: "1" }],
      ["count null", { name: "a", count: null }],
      ["an unknown type", { name: "a", type: "nap" }],
      ["type null", { name: "a", type: null }],
      ["an unknown key", { name: "a", colour: "red" }],
    ] as const
  ).map(([what, given]) => from(`from ${what}`, chain, { from: given })),
  ...(
    [
      ["text", "a"],
      ["an unknown key", { colour: "red" }],
    ] as const
  ).map(([what, given]) => from(`with ${what} as options`, chain, given)),
  from("from the first step", chain, { from: { name: "a" } }),
  from("from a step in the middle: the earlier ones keep their results", chain, { from: { name: "b" } }),
  from("from the last step", chain, { from: { name: "c" } }),
  from("from the second of a name", loop, { from: { name: "same", count: 2 } }),
  from("from the first of a name by default", loop, { from: { name: "same" } }),
  from("from a name's use that was not", loop, { from: { name: "same", count: 4 } }),
  from("from an unknown step throws and leaves the instance", chain, { from: { name: "x" } }),
  from("the type is do by default", kinds, { from: { name: "x" } }),
  from("from a sleep", kinds, { from: { name: "x", type: "sleep" } }),
  from("a step of another type is unknown", kinds, { from: { name: "before", type: "sleep" } }),
  from("an empty object restarts everything", chain, {}),
  from("undefined restarts everything", chain, undefined),
  from(
    "from a name that ends like a counter",
    async (step, _event, { nth }) => [
      await step.do("a-2", () => nth("a-2")),
      await step.do("a", () => nth("a")),
      await step.do("a", () => nth("second a")),
    ],
    { from: { name: "a-2" } },
  ),
  from(
    "parallel steps that started after it run again",
    async (step, _event, { nth }) =>
      Promise.all(["a", "b", "c"].map((name) => step.do(name, () => `${name}${nth(name)}`))),
    { from: { name: "b" } },
  ),
  from(
    "from a step that failed",
    async (step, _event, { nth }) => {
      const a = await step.do("a", () => nth("a"));
      const b = await step.do("b", { retries: { limit: 0, delay: 0 } }, () => {
        if (nth("b") === 1) throw new Error("first time");
        return "b";
      });
      return [a, b];
    },
    { from: { name: "b" } },
  ),
  {
    section: "4.7",
    title: "from a wait: it waits again",
    run: async (step, _event, { nth, once }) => {
      const a = await step.do("a", () => nth("a"));
      once("waits");
      const { payload } = await step.waitForEvent("wait", { type: "go", timeout: "30 seconds" });
      return [a, payload];
    },
    drive: async ({ create, traced, ended, sleep }) => {
      const instance = await create();
      await traced("waits");
      await instance.sendEvent({ type: "go", payload: 1 });
      const first = await ended(instance);
      await instance.restart({ from: { name: "wait", type: "waitForEvent" } });
      await sleep(20);
      await instance.sendEvent({ type: "go", payload: 2 });
      return [first, await ended(instance)];
    },
  },
];

export const restarts: readonly Program[] = [...terminate, ...restart, ...restartFrom];
