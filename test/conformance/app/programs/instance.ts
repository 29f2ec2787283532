import { call, type Instance, type Program, type Status, type World } from "../program.ts";

/** `queued`, `running` and `waiting` follow each other in no time: one word for all. */
const going = (status: string): string => (["queued", "running", "waiting"].includes(status) ? "going" : status);

/** Each state: the body that gets there, and what is done from outside. */
const STATES: Readonly<
  Record<string, { run: NonNullable<Program["run"]>; bring: (world: World) => Promise<Instance> }>
> = {
  running: {
    run: (step, _event, { once, passed }) =>
      step.do("held", async () => {
        once("held");
        await passed("gate");
      }),
    bring: async ({ create, traced }) => {
      const instance = await create();
      await traced("held");
      return instance;
    },
  },
  sleeping: {
    run: async (step, _event, { once }) => {
      once("sleeps");
      await step.sleep("nap", "30 seconds");
    },
    bring: async ({ create, traced, sleep }) => {
      const instance = await create();
      await traced("sleeps");
      await sleep(20);
      return instance;
    },
  },
  "waiting for an event": {
    run: async (step, _event, { once }) => {
      once("waits");
      return (await step.waitForEvent("wait", { type: "go", timeout: "30 seconds" })).payload;
    },
    bring: async ({ create, traced, sleep }) => {
      const instance = await create();
      await traced("waits");
      await sleep(20);
      return instance;
    },
  },
  waitingForPause: {
    run: (step, _event, { once, passed }) =>
      step.do("held", async () => {
        once("held");
        await passed("gate");
      }),
    bring: async ({ create, traced }) => {
      const instance = await create();
      await traced("held");
      await instance.pause();
      return instance;
    },
  },
  paused: {
    run: async (step, _event, { once }) => {
      once("sleeps");
      await step.sleep("nap", "30 seconds");
    },
    bring: async ({ create, traced, sleep, until }) => {
      const instance = await create();
      await traced("sleeps");
      await sleep(20);
      await instance.pause();
      await until(instance, "paused");
      return instance;
    },
  },
  "rolled back": {
    run: async (step, _event, { once, passed, nth }) => {
      await step.do("done", () => 1, {
        rollback: async () => {
          once("undo");
          if (nth("undo") === 1) await passed("gate");
        },
      });
      throw new Error("failed");
    },
    bring: async ({ create, traced }) => {
      const instance = await create();
      await traced("undo");
      return instance;
    },
  },
  complete: {
    run: () => "done",
    bring: async ({ create, ended }) => {
      const instance = await create();
      await ended(instance);
      return instance;
    },
  },
  errored: {
    run: () => {
      throw new Error("failed");
    },
    bring: async ({ create, ended }) => {
      const instance = await create();
      await ended(instance);
      return instance;
    },
  },
  terminated: {
    run: async (step, _event, { once }) => {
      once("sleeps");
      await step.sleep("nap", "30 seconds");
    },
    bring: async ({ create, traced, ended }) => {
      const instance = await create();
      await traced("sleeps");
      await instance.terminate();
      await ended(instance);
      return instance;
    },
  },
};

const shown = ({ status, output, error }: Status): object => ({
  status: going(status),
  output,
  ...(error !== undefined && { error }),
});

const CALLS: Readonly<Record<string, (instance: Instance) => Promise<unknown>>> = {
  status: async (instance) => shown(await instance.status()),
  pause: (instance) => instance.pause(),
  resume: (instance) => instance.resume(),
  terminate: (instance) => instance.terminate(),
  sendEvent: (instance) => instance.sendEvent({ type: "go", payload: { n: 1 } }),
  restart: (instance) => instance.restart(),
  delete: (instance) => instance.delete(),
};

/** After a restart these end again of themselves, after the event this one does. */
const ENDS_AGAIN: ReadonlySet<string> = new Set([
  "restart complete",
  "restart errored",
  "restart rolled back",
  "sendEvent waiting for an event",
]);

const table: readonly Program[] = Object.entries(STATES).flatMap(([state, { run, bring }]) =>
  Object.entries(CALLS).map(([name, method]): Program => ({
    section: "4.3",
    title: `${name} while ${state}`,
    run,
    noHistory: "it is cut off at no particular moment",
    drive: async (world) => {
      const instance = await bring(world);
      const outcome = await world.tried(() => method(instance));
      const after = await world.tried(async () =>
        ENDS_AGAIN.has(`${name} ${state}`) ? world.ended(instance) : shown(await instance.status()),
      );
      return { outcome, after };
    },
  })),
);

const status: readonly Program[] = [
  {
    section: "4.1",
    title: "status of a run inside a step is running",
    run: STATES["running"]?.run ?? (() => 0),
    drive: async (world) => (await (await STATES["running"]?.bring(world))?.status())?.status,
  },
  {
    section: "4.1",
    title: "status of a run that sleeps",
    run: STATES["sleeping"]?.run ?? (() => 0),
    drive: async (world) => (await (await STATES["sleeping"]?.bring(world))?.status())?.status,
  },
  {
    section: "4.1",
    title: "status of a run that waits for an event",
    run: STATES["waiting for an event"]?.run ?? (() => 0),
    drive: async (world) => (await (await STATES["waiting for an event"]?.bring(world))?.status())?.status,
  },
  {
    section: "4.1",
    title: "status of a run in a retry delay",
    run: (step, _event, { trace }) =>
      step.do("fails", { retries: { limit: 1, delay: 30_000 } }, () => {
        trace("attempt");
        throw new Error("again");
      }),
    drive: async ({ create, traced, sleep }) => {
      const instance = await create();
      await traced("attempt");
      await sleep(30);
      return (await instance.status()).status;
    },
  },
  {
    section: "4.2",
    title: "keys of the status of a complete instance",
    drive: async ({ create, ended }) => {
      const instance = await create();
      await ended(instance);
      return definedKeys(await instance.status());
    },
  },
  {
    section: "4.2",
    title: "keys of the status of an errored instance",
    run: () => {
      throw new Error("failed");
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await ended(instance);
      const status = await instance.status();
      return { keys: definedKeys(status), error: Object.keys(status.error ?? {}).toSorted() };
    },
  },
  {
    section: "4.2",
    title: "keys of the status of a running instance",
    run: (step) => step.sleep("nap", 30_000),
    drive: async ({ create }) => {
      const instance = await create();
      const status = await instance.status();
      return { keys: definedKeys(status), output: status.output, error: status.error };
    },
  },
  {
    section: "4.2",
    title: "status of a terminated instance has neither output nor error",
    run: (step) => step.sleep("nap", 30_000),
    drive: async ({ create, ended }) => {
      const instance = await create();
      await instance.terminate();
      return ended(instance);
    },
  },
];

/** Cloudflare's engines add a key for the outputs of steps, which its types do not have. */
function definedKeys(status: Status): string[] {
  return Object.entries(status)
    .filter(([key, value]) => value !== undefined && key !== "__LOCAL_DEV_STEP_OUTPUTS")
    .map(([key]) => key)
    .toSorted();
}

const sendEvent: readonly Program[] = [
  {
    section: "4.8",
    title: "sendEvent without an argument",
    run: (step) => step.sleep("nap", 30_000),
    drive: async ({ create, tried }) => {
      const instance = await create();
      return tried(() => call(instance, "sendEvent"));
    },
  },
  {
    section: "4.8",
    title: "sendEvent answers undefined",
    run: (step) => step.sleep("nap", 30_000),
    drive: async ({ create }) => {
      const instance = await create();
      return instance.sendEvent({ type: "go", payload: 1 });
    },
  },
];

export const instance: readonly Program[] = [...status, ...table, ...sendEvent];
