import { described, type Program, tried } from "../program.ts";

interface Undo {
  error: Error;
  output: unknown;
}

const NO_RETRY = { retries: { limit: 0, delay: 0 } };

const fail = (): never => {
  throw new Error("failed");
};

const without: readonly Program[] = [
  {
    section: "9",
    title: "no rollback when the run succeeds",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => 1, { rollback: async () => trace("undo a") });
      return "done";
    },
  },
  {
    section: "9",
    title: "no rollback when the failure is caught",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => 1, { rollback: async () => trace("undo a") });
      return tried(() => step.do("b", NO_RETRY, fail));
    },
  },
  {
    section: "9",
    title: "no rollback when a result cannot be kept",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => 1, { rollback: async () => trace("undo a") });
      await step.do("b", () => ({ f: () => 1 }));
    },
    noHistory: "the history of a run that is cut off has a program of its own",
  },
  {
    section: "9",
    title: "no rollback at a plain terminate",
    run: async (step, _event, { trace, once }) => {
      await step.do("a", () => 1, { rollback: async () => trace("undo a") });
      once("sleeps");
      await step.sleep("nap", "30 seconds");
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("sleeps");
      await sleep(20);
      await instance.terminate();
      await sleep(30);
      return ended(instance);
    },
  },
  {
    section: "9",
    title: "no rollback at a pause or a restart",
    run: async (step, _event, { trace, once }) => {
      await step.do("a", () => 1, { rollback: async () => trace("undo a") });
      once("sleeps");
      await step.sleep("nap", 500);
      return "done";
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("sleeps");
      await sleep(20);
      await instance.pause();
      await instance.resume();
      await instance.restart();
      return ended(instance);
    },
  },
];

/** The status of an instance that was terminated with rollback, once it has ended. */
const terminated = (section: string, title: string, run: NonNullable<Program["run"]>): Program => ({
  section,
  title,
  run,
  drive: async ({ create, traced, sleep, ended, tried }) => {
    const instance = await create();
    await traced("ready");
    await sleep(20);
    const outcome = await tried(() => instance.terminate({ rollback: true }));
    return { outcome, ended: await ended(instance) };
  },
});

const terminates: readonly Program[] = [
  terminated("9", "terminate with rollback runs the handlers", async (step, _event, { trace, once }) => {
    for (const name of ["a", "b"]) {
      await step.do(name, () => name, {
        rollback: async ({ error, output }: Undo) => trace(`undo ${String(output)}: ${described(error)}`),
      });
    }
    once("ready");
    await step.sleep("nap", "30 seconds");
  }),
  terminated("9", "terminate with rollback while it waits for an event", async (step, _event, { trace, once }) => {
    await step.do("a", () => 1, { rollback: async () => trace("undo a") });
    once("ready");
    await step.waitForEvent("wait", { type: "go", timeout: "30 seconds" });
  }),
  terminated("9", "terminate with rollback and no handlers", async (step, _event, { once }) => {
    await step.do("a", () => 1);
    once("ready");
    await step.sleep("nap", "30 seconds");
  }),
  terminated("9", "a handler that fails does not prevent the termination", async (step, _event, { trace, once }) => {
    await step.do("a", () => 1, {
      rollback: async () => {
        trace("undo a");
        throw new Error("cannot undo");
      },
      rollbackConfig: NO_RETRY,
    });
    once("ready");
    await step.sleep("nap", "30 seconds");
  }),
  terminated("9", "terminate with rollback: callbacks are not called again", async (step, _event, { trace, once }) => {
    await step.do(
      "a",
      () => {
        trace("a");
        return 1;
      },
      { rollback: async () => trace("undo a") },
    );
    await step.sleep("short", 1);
    await step.do("b", () => trace("b"), { rollback: async () => trace("undo b") });
    once("ready");
    await step.sleep("nap", "30 seconds");
  }),
  {
    section: "9",
    title: "terminate with rollback while paused",
    run: async (step, _event, { trace, once }) => {
      await step.do("a", () => 1, { rollback: async () => trace("undo a") });
      once("ready");
      await step.sleep("nap", "30 seconds");
    },
    drive: async ({ create, traced, sleep, ended, tried }) => {
      const instance = await create();
      await traced("ready");
      await sleep(20);
      await instance.pause();
      const outcome = await tried(() => instance.terminate({ rollback: true }));
      return { outcome, ended: await ended(instance) };
    },
  },
  {
    section: "9",
    title: "terminate with rollback of an instance that has ended throws",
    drive: async ({ create, ended, tried }) => {
      const instance = await create();
      await ended(instance);
      return tried(() => instance.terminate({ rollback: true }));
    },
  },
];

const WRONG: readonly (readonly [what: string, rollback: unknown])[] = [
  ["null", null],
  ["an array", []],
  ["text", "text"],
  ["a number", 5],
  ["a function", () => undefined],
  ["an empty object", {}],
  ["a rollback that is no function", { rollback: "text" }],
  ["an unknown key in the config", { rollback: () => undefined, rollbackConfig: { x: 1 } }],
  ["retries without delay", { rollback: () => undefined, rollbackConfig: { retries: { limit: 1 } } }],
  ["a config that is null", { rollback: () => undefined, rollbackConfig: null }],
  ["undefined", undefined],
  ["a config that is undefined", { rollback: () => undefined, rollbackConfig: undefined }],
];

const refusals: readonly Program[] = WRONG.map(([what, rollback]): Program => ({
  section: "9",
  title: `rollback options: ${what}`,
  run: async (step) => tried(() => step.do("a", () => 1, rollback)),
}));

export const rollback: readonly Program[] = [...without, ...terminates, ...refusals];
