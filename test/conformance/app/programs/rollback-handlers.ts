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

export const rollbackHandlers: readonly Program[] = [
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
    title: "a sleep within a handler is refused",
    run: async (step, _event, { trace }) => {
      await step.do("a", () => 1, {
        rollback: async () => {
          trace(String(await tried(() => step.sleep("nap", 1))));
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
