import { NonRetryableError } from "cloudflare:workflows";
import { described, type Program, sortedJson, type StepContext, tried } from "../program.ts";

interface Undo {
  ctx: StepContext;
  error: Error;
  output: unknown;
  stepName: string;
}

const NO_RETRY = { retries: { limit: 0, delay: 0 } };

const fail = (): never => {
  throw new Error("failed");
};

const failing: readonly Program[] = [
  {
    section: "9",
    title: "handlers run in the reverse order of the steps",
    run: async (step, _event, { trace }) => {
      for (const name of ["a", "b", "c"]) {
        await step.do(name, () => trace(name), { rollback: async () => trace(`undo ${name}`) });
      }
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "handlers run one at a time",
    run: async (step, _event, { trace, sleep }) => {
      for (const name of ["a", "b"]) {
        await step.do(name, () => 1, {
          rollback: async () => {
            trace(`undo ${name} begins`);
            await sleep(10);
            trace(`undo ${name} ends`);
          },
        });
      }
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "steps without a handler are passed over",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => 1, { rollback: async () => trace("undo a") });
      await step.do("b", () => 1);
      await step.do("c", () => 1, { rollback: async () => trace("undo c") });
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "what a handler receives",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => ({ n: 1 }), {
        rollback: async (undo: Undo) => trace(sortedJson({ ...undo, error: described(undo.error) })),
      });
      throw new TypeError("failed");
    },
  },
  {
    section: "9",
    title: "own keys of what a handler receives",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => 1, { rollback: async (undo: Undo) => trace(Object.keys(undo).toSorted().join()) });
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "with a config between name and callback",
    run: async (step, _event, { trace }) => {
      await step.do("a", { timeout: "1 minute" }, () => 1, { rollback: async () => trace("undo a") });
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "the step that failed is rolled back too, without output",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => "done", { rollback: async ({ output }: Undo) => trace(`undo a ${String(output)}`) });
      await step.do("b", NO_RETRY, fail, { rollback: async ({ output }: Undo) => trace(`undo b ${String(output)}`) });
    },
  },
  {
    section: "9",
    title: "a step whose failure was caught is rolled back too",
    run: async (step, _event, { trace }) => {
      await tried(() => step.do("a", NO_RETRY, fail, { rollback: async () => trace("undo a") }));
      await step.do("b", () => 1, { rollback: async () => trace("undo b") });
      throw new Error("later");
    },
  },
  {
    section: "9",
    title: "the context is the step's last attempt",
    run: async (step, _event, { trace }) => {
      await step.do(
        "a",
        { retries: { limit: 3, delay: 1 } },
        ({ attempt }) => {
          if (attempt < 3) throw new Error("again");
        },
        { rollback: async ({ ctx }: Undo) => trace(`undo at attempt ${ctx.attempt}`) },
      );
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "the same name twice: each has its handler",
    run: async (step, _event, { trace }) => {
      for (let i = 0; i < 2; i++) {
        await step.do("same", () => i, {
          rollback: async ({ ctx, output, stepName }: Undo) => trace(`${stepName} ${ctx.step.count} ${String(output)}`),
        });
      }
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "parallel steps are rolled back in reverse order of their start",
    run: async (step, _event, { trace, sleep }) => {
      await Promise.all(
        ["a", "b", "c"].map((name, i) =>
          step.do(
            name,
            async () => {
              await sleep(30 - i * 10);
              return name;
            },
            { rollback: async () => trace(`undo ${name}`) },
          ),
        ),
      );
      throw new Error("failed");
    },
    noHistory: "in which order steps beside each other end is chance",
  },
  {
    section: "9",
    title: "a handler is tried again",
    run: async (step, _event, { trace, nth }) => {
      await step.do("a", () => 1, {
        rollback: async () => {
          const n = nth("undo");
          trace(`undo ${n}`);
          if (n < 3) throw new Error("again");
        },
        rollbackConfig: { retries: { limit: 3, delay: 1 } },
      });
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "a handler that fails for good stops the chain; the run keeps its error",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => 1, { rollback: async () => trace("undo a") });
      await step.do("b", () => 1, {
        rollback: async () => {
          trace("undo b");
          throw new Error("cannot undo");
        },
        rollbackConfig: { retries: { limit: 1, delay: 1 } },
      });
      throw new Error("the run's own");
    },
  },
  {
    section: "9",
    title: "a NonRetryableError in a handler is not retried",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => 1, {
        rollback: async () => {
          trace("undo a");
          throw new NonRetryableError("never");
        },
        rollbackConfig: { retries: { limit: 3, delay: 1 } },
      });
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "a handler that takes too long",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => 1, {
        rollback: () => {
          trace("undo a");
          return new Promise(() => undefined);
        },
        rollbackConfig: { timeout: 30, retries: { limit: 1, delay: 1 } },
      });
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "a handler's result means nothing",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => 1, {
        rollback: async () => {
          trace("undo a");
          return { any: "thing" };
        },
      });
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "a NonRetryableError of a step starts the rollback",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => 1, { rollback: async ({ error }: Undo) => trace(`undo a ${described(error)}`) });
      await step.do("b", () => {
        throw new NonRetryableError("nope");
      });
    },
  },
  {
    section: "9",
    title: "a step within a handler is refused",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => 1, {
        rollback: async () => {
          trace(String(await tried(() => step.do("b", () => trace("never")))));
        },
        rollbackConfig: NO_RETRY,
      });
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "a wait within a handler is refused",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => 1, {
        rollback: async () => {
          trace(String(await tried(() => step.waitForEvent("w", { type: "go", timeout: 10 }))));
        },
        rollbackConfig: NO_RETRY,
      });
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "an output of many kinds reaches the handler",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => new Map([["k", new Date(0)]]), {
        rollback: async ({ output }: Undo) =>
          trace(output instanceof Map ? `a Map with ${String(output.get("k") instanceof Date)}` : typeof output),
      });
      throw new Error("failed");
    },
  },
  {
    section: "9",
    title: "a sensitive output reaches the handler as it is",
    run: async (step, _event, { trace }) => {
      await step.do("a", { sensitive: "output" }, () => "secret", {
        rollback: async ({ output }: Undo) => trace(`undo ${String(output)}`),
      });
      throw new Error("failed");
    },
  },
];

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

export const rollback: readonly Program[] = [...failing, ...without, ...terminates, ...refusals];
