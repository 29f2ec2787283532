import type { Program } from "../program.ts";

const pause: readonly Program[] = [
  {
    section: "4.4",
    title: "a step in flight runs to its end, and the next does not begin",
    run: async (step, _event, { trace, passed }) => {
      await step.do("first", async () => {
        trace("first begins");
        await passed("gate");
        trace("first ends");
      });
      await step.do("second", () => trace("second"));
      return "done";
    },
    drive: async ({ create, traced, open, until, ended, sleep }) => {
      const instance = await create();
      await traced("first begins");
      await instance.pause();
      const asked = (await instance.status()).status;
      open("gate");
      const { status } = await until(instance, "paused");
      await sleep(30);
      const held = (await instance.status()).status;
      await instance.resume();
      return { asked, status, held, ended: await ended(instance) };
    },
  },
  {
    section: "4.4",
    title: "parallel steps in flight all run to their end",
    run: async (step, _event, { trace, passed }) => {
      const held = (name: string): Promise<string> =>
        step.do(name, async () => {
          trace(`${name} begins`);
          await passed(name);
          trace(`${name} ends`);
          return name;
        });
      const both = await Promise.all([held("a"), held("b")]);
      await step.do("c", () => trace("c"));
      return both;
    },
    drive: async ({ create, traced, open, until, ended, sleep }) => {
      const instance = await create();
      await traced("a begins");
      await traced("b begins");
      await instance.pause();
      open("a");
      await traced("a ends");
      await sleep(20);
      const between = (await instance.status()).status;
      open("b");
      await until(instance, "paused");
      await instance.resume();
      return { between, ended: await ended(instance) };
    },
  },
  {
    section: "4.4",
    title: "a sleeping run is paused at once",
    run: (step, _event, { once }) => {
      once("sleeps");
      return step.sleep("nap", 500);
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("sleeps");
      await sleep(20);
      await instance.pause();
      const { status } = await instance.status();
      await instance.resume();
      return { status, ended: await ended(instance) };
    },
  },
  {
    section: "4.4",
    title: "a run that waits for an event is paused at once",
    run: async (step, _event, { once }) => {
      once("waits");
      return (await step.waitForEvent("wait", { type: "go", timeout: "30 seconds" })).payload;
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("waits");
      await sleep(20);
      await instance.pause();
      const { status } = await instance.status();
      await instance.resume();
      await instance.sendEvent({ type: "go", payload: 1 });
      return { status, ended: await ended(instance) };
    },
  },
  {
    section: "4.4",
    title: "a run that waits an hour for an event is paused at once",
    run: async (step, _event, { once }) => {
      once("waits");
      return (await step.waitForEvent("wait", { type: "go", timeout: "1 hour" })).payload;
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("waits");
      await sleep(20);
      await instance.pause();
      const { status } = await instance.status();
      await instance.resume();
      await instance.sendEvent({ type: "go", payload: 1 });
      return { status, ended: await ended(instance) };
    },
  },
  {
    section: "4.4",
    title: "a retry delay is interrupted",
    run: (step, _event, { trace }) =>
      step.do("flaky", { retries: { limit: 1, delay: 500 } }, ({ attempt }) => {
        trace(`attempt ${attempt}`);
        if (attempt === 1) throw new Error("again");
        return attempt;
      }),
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("attempt 1");
      await sleep(20);
      await instance.pause();
      const { status } = await instance.status();
      await sleep(600);
      const held = (await instance.status()).status;
      await instance.resume();
      return { status, held, ended: await ended(instance) };
    },
  },
  {
    section: "4.4",
    title: "a step that fails while a pause is pending stops in its retry delay",
    run: (step, _event, { trace, passed }) =>
      step.do("flaky", { retries: { limit: 1, delay: 1 } }, async ({ attempt }) => {
        trace(`attempt ${attempt}`);
        await passed("gate");
        if (attempt === 1) throw new Error("again");
        return attempt;
      }),
    drive: async ({ create, traced, open, until, sleep, ended }) => {
      const instance = await create();
      await traced("attempt 1");
      await instance.pause();
      open("gate");
      await until(instance, "paused");
      await sleep(30);
      const held = (await instance.status()).status;
      await instance.resume();
      return { held, ended: await ended(instance) };
    },
  },
  {
    section: "4.4",
    title: "user code does not see a pause",
    run: async (step, _event, { once, nth }) => {
      try {
        await step.do("before", () => nth("before"));
        once("sleeps");
        await step.sleep("nap", 500);
        await step.do("after", () => 1);
        return "through";
      } catch (error) {
        once(`caught ${String(error)}`);
        throw error;
      }
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("sleeps");
      await sleep(20);
      await instance.pause();
      await sleep(30);
      await instance.resume();
      return ended(instance);
    },
  },
  {
    section: "4.4",
    title: "after a caught NonRetryableError a pause takes place",
    run: async (step, _event, { once }) => {
      try {
        await step.do("fails", () => {
          throw Object.assign(new Error("nope"), { name: "NonRetryableError" });
        });
      } catch {
        once("caught");
      }
      await step.sleep("nap", 500);
      return "done";
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("caught");
      await sleep(20);
      await instance.pause();
      const { status } = await instance.status();
      await instance.resume();
      return { status, ended: await ended(instance) };
    },
  },
  {
    section: "4.4",
    title: "pause twice is pause once",
    run: (step, _event, { once }) => {
      once("sleeps");
      return step.sleep("nap", 500);
    },
    drive: async ({ create, traced, sleep, ended, tried }) => {
      const instance = await create();
      await traced("sleeps");
      await sleep(20);
      await instance.pause();
      const again = await tried(() => instance.pause());
      const { status } = await instance.status();
      await instance.resume();
      return { again, status, ended: await ended(instance) };
    },
  },
  {
    section: "4.4",
    title: "paused three times on its way",
    run: async (step, _event, { trace }) => {
      let sum = 0;
      for (let i = 0; i < 4; i++) {
        sum += await step.do("add", () => {
          trace(`add ${i}`);
          return i;
        });
        await step.sleep("nap", 30);
      }
      return sum;
    },
    drive: async ({ create, traced, until, ended }) => {
      const instance = await create();
      for (let i = 0; i < 3; i++) {
        await traced(`add ${i}`);
        await instance.pause();
        await until(instance, "paused");
        await instance.resume();
      }
      return ended(instance);
    },
  },
];

const resume: readonly Program[] = [
  {
    section: "4.5",
    title: "finished steps do not run again after a resume",
    run: async (step, _event, { trace, once }) => {
      const first = await step.do("first", () => {
        trace("first");
        return { n: 1 };
      });
      once("sleeps");
      await step.sleep("nap", 500);
      const second = await step.do("second", () => {
        trace("second");
        return first.n + 1;
      });
      return [first, second];
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("sleeps");
      await sleep(20);
      await instance.pause();
      await instance.resume();
      return ended(instance);
    },
  },
  {
    section: "4.5",
    title: "a sleep keeps what was left of it",
    run: async (step, _event, { once }) => {
      once("sleeps");
      await step.sleep("nap", 800);
      return "awake";
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("sleeps");
      await sleep(20);
      await instance.pause();
      await sleep(900);
      const resumedAt = Date.now();
      await instance.resume();
      const { status } = await ended(instance);
      return { status, sleptOn: Date.now() - resumedAt >= 300 };
    },
  },
  {
    section: "4.5",
    title: "a wait's timeout keeps what was left of it",
    run: async (step, _event, { once }) => {
      once("waits");
      return (await step.waitForEvent("wait", { type: "go", timeout: 800 })).payload;
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("waits");
      await sleep(20);
      await instance.pause();
      await sleep(900);
      await instance.resume();
      await sleep(20);
      await instance.sendEvent({ type: "go", payload: "in time" });
      return ended(instance);
    },
  },
  {
    section: "4.5",
    title: "a retry delay keeps what was left of it",
    run: (step, _event, { trace }) =>
      step.do("flaky", { retries: { limit: 1, delay: 800 } }, ({ attempt }) => {
        trace(`attempt ${attempt}`);
        if (attempt === 1) throw new Error("again");
        return attempt;
      }),
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("attempt 1");
      await sleep(20);
      await instance.pause();
      await sleep(900);
      const resumedAt = Date.now();
      await instance.resume();
      const { output } = await ended(instance);
      return { output, waitedOn: Date.now() - resumedAt >= 300 };
    },
  },
  {
    section: "4.5",
    title: "resume takes back a pause that is pending",
    run: async (step, _event, { trace, passed }) => {
      await step.do("first", async () => {
        trace("first begins");
        await passed("gate");
      });
      await step.do("second", () => trace("second"));
      return "done";
    },
    drive: async ({ create, traced, open, ended }) => {
      const instance = await create();
      await traced("first begins");
      await instance.pause();
      const pending = (await instance.status()).status;
      await instance.resume();
      const { status } = await instance.status();
      open("gate");
      return { pending, status, ended: await ended(instance) };
    },
  },
  {
    section: "4.5",
    title: "an event sent while paused arrives after the resume",
    run: async (step, _event, { once }) => {
      once("waits");
      const first = await step.waitForEvent("first", { type: "go", timeout: "30 seconds" });
      const second = await step.waitForEvent("second", { type: "go", timeout: "30 seconds" });
      return [first.payload, second.payload];
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("waits");
      await sleep(20);
      await instance.pause();
      await instance.sendEvent({ type: "go", payload: 1 });
      await instance.sendEvent({ type: "go", payload: 2 });
      await sleep(20);
      const { status } = await instance.status();
      await instance.resume();
      return { status, ended: await ended(instance) };
    },
  },
];

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

export const control: readonly Program[] = [...pause, ...resume, ...terminate, ...restart, ...restartFrom];
