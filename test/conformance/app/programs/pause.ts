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
    title: "a pause that comes while a step is about to call a step inside of itself",
    run: async (step, _event, { trace, passed }) => {
      await step.do("outer", { retries: { limit: 0, delay: 0 } }, async () => {
        trace("outer begins");
        await passed("gate");
        await step.do("inner", () => trace("inner"));
        trace("outer ends");
      });
      return "done";
    },
    drive: async ({ create, traced, open, sleep, ended }) => {
      const instance = await create();
      await traced("outer begins");
      await instance.pause();
      open("gate");
      await sleep(300);
      const { status } = await instance.status();
      await instance.resume();
      return { status, ended: await ended(instance) };
    },
    noHistory: "a replay between the two repeats the outer one",
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
    noHistory: "a pause comes before or after the sleep's beginning, by chance",
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

export const pauses: readonly Program[] = [...pause, ...resume];
