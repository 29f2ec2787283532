import { call, described, type Program, sortedJson, type Step, tried } from "../program.ts";

const doIt = (step: Step, ...args: unknown[]): Promise<unknown> => tried(() => call(step, "do", ...args));

const one = (): number => 1;

/** Section 6.1: what `step.do` says to its arguments. */
const signatures: readonly Program[] = (
  [
    ["a name and a callback", ["a", one]],
    ["a name, a config and a callback", ["a", { timeout: "1 minute" }, one]],
    ["undefined as config", ["a", undefined, one]],
    ["null as config", ["a", null, one]],
    ["an empty config", ["a", {}, one]],
    ["no callback", ["a"]],
    ["a config and no callback", ["a", { timeout: 5 }]],
    ["text as callback", ["a", "b"]],
    ["null as callback", ["a", {}, null]],
    ["no arguments at all", []],
    ["text as config", ["a", "b", one]],
    ["a number as config", ["a", 5, one]],
    ["an array as config", ["a", [], one]],
    ["an empty name", ["", one]],
    ["a name beyond ASCII", ["schritt äöü 漢 🐾", one]],
    ["a name of 256 characters", ["x".repeat(256), one]],
    ["a name of 257 characters", ["x".repeat(257), one]],
    ["a name with a line feed", ["a\nb", one]],
    ["a name with a NUL", ["a\u0000b", one]],
    ["a name with a tab", ["a\tb", one]],
    ["a name with U+007F", ["a\u007Fb", one]],
    ["a number as name", [5, one]],
    ["an async callback", ["a", async (): Promise<number> => 1]],
    ["a callback that returns a thenable", ["a", (): PromiseLike<number> => Promise.resolve(2)]],
    ["a bad name and a bad config: the name is named", ["a\n", { x: 1 }, one]],
    ["a bad config and no callback: the callback is named", ["a", { x: 1 }]],
    ["a bad name and a bad rollback: the rollback is named", ["a\n", one, 5]],
    ["a bad config and a bad rollback: the rollback is named", ["a", { x: 1 }, one, 5]],
  ] as const
).map(([what, args]): Program => ({
  section: "6.1",
  title: `do with ${what}`,
  run: async (step) => doIt(step, ...args),
}));

const refusals: readonly Program[] = [
  {
    section: "6.1",
    title: "one step more than the limit with a bad name: the limit is named",
    workflow: "SHORT",
    run: async (step) => {
      for (let i = 0; i < 3; i++) await step.do("a", one);
      return doIt(step, "a\n", one);
    },
  },
  {
    section: "6.1",
    title: "a refused call of do counts as one of the steps of the limit",
    workflow: "SHORT",
    run: async (step) => {
      await doIt(step, "a\n", one);
      await doIt(step, "a", { x: 1 }, one);
      const seen: unknown[] = [];
      for (let i = 0; i < 3; i++) seen.push((await doIt(step, "a", one)) === 1 ? "called" : "refused");
      return seen;
    },
  },
  {
    section: "6.1",
    title: "a refusal that is not caught is the run's error",
    run: (step) => call(step, "do", "a"),
  },
  {
    section: "6.1",
    title: "a refused call of do is not retried and the run goes on",
    run: async (step) => {
      const refused = await doIt(step, "a", { retries: { limit: 1 } }, one);
      return [String(refused).startsWith("throws"), await step.do("a", ({ step: { count } }) => count)];
    },
  },
];

/** A value where a refusal is only "refused"; one where it is the context's config. */
const CONFIGS: readonly (readonly [what: string, config: unknown])[] = [
  ["retries with limit and delay", { retries: { limit: 3, delay: 7 } }],
  ["retries with a constant back-off", { retries: { limit: 3, delay: "2 seconds", backoff: "constant" } }],
  ["retries with a linear back-off", { retries: { limit: 0, delay: 0, backoff: "linear" } }],
  ["retries with an exponential back-off", { retries: { limit: 1, delay: "1 minute", backoff: "exponential" } }],
  ["retries undefined", { retries: undefined }],
  ["back-off undefined", { retries: { limit: 1, delay: 1, backoff: undefined } }],
  ["a timeout in words", { timeout: "5 minutes" }],
  ["a timeout in milliseconds", { timeout: 60_000 }],
  ["a timeout of a fraction", { timeout: 1500.5 }],
  ["timeout undefined", { timeout: undefined }],
  ["sensitive output", { sensitive: "output" }],
  ["sensitive undefined", { sensitive: undefined }],
  [
    "everything",
    { retries: { limit: 2, delay: "1 second", backoff: "linear" }, timeout: "1 hour", sensitive: "output" },
  ],
  ["a limit of 1.5", { retries: { limit: 1.5, delay: 1 } }],
  ["a limit of 10,000", { retries: { limit: 10_000, delay: 1 } }],
  ["a bare number in text as delay", { retries: { limit: 1, delay: "500" } }],
  ["a bare number in text as timeout", { timeout: "60000", retries: { limit: 1, delay: 1 } }],
  ["a delay of a year", { retries: { limit: 1, delay: "1 year" } }],
  ["a delay of a hundred years", { retries: { limit: 1, delay: "100 years" } }],
  ["a timeout of a hundred years", { timeout: "100 years" }],
  ["a delay of fractional hours", { retries: { limit: 1, delay: "1.5 hours" } }],
];

const BAD_CONFIGS: readonly (readonly [what: string, config: unknown])[] = [
  ["an unknown key", { retry: {} }],
  ["an unknown key in retries", { retries: { limit: 1, delay: 1, jitter: true } }],
  ["retries without delay", { retries: { limit: 1 } }],
  ["retries without limit", { retries: { delay: 1 } }],
  ["empty retries", { retries: {} }],
  ["retries null", { retries: null }],
  ["retries as a number", { retries: 3 }],
  ["a negative limit", { retries: { limit: -1, delay: 1 } }],
  ["a limit of NaN", { retries: { limit: Number.NaN, delay: 1 } }],
  ["a limit of Infinity", { retries: { limit: Number.POSITIVE_INFINITY, delay: 1 } }],
  ["a limit as text", { retries: { limit: "1", delay: 1 } }],
  ["a limit above 10,000", { retries: { limit: 10_001, delay: 1 } }],
  ["a negative delay", { retries: { limit: 1, delay: -1 } }],
  ["a delay in unknown words", { retries: { limit: 1, delay: "soon" } }],
  ["a delay of NaN", { retries: { limit: 1, delay: Number.NaN } }],
  ["a delay null", { retries: { limit: 1, delay: null } }],
  ["a negative delay in words", { retries: { limit: 1, delay: "-1 second" } }],
  ["a delay in an unknown unit", { retries: { limit: 1, delay: "5 parsecs" } }],
  ["a delay in an abbreviated unit", { retries: { limit: 1, delay: "5 sec" } }],
  ["an unknown back-off", { retries: { limit: 1, delay: 1, backoff: "random" } }],
  ["back-off null", { retries: { limit: 1, delay: 1, backoff: null } }],
  ["a timeout of 0", { timeout: 0 }],
  ["a timeout of zero in text", { timeout: "0" }],
  ["a negative timeout", { timeout: -5 }],
  ["a timeout in unknown words", { timeout: "soon" }],
  ["a timeout in an unknown unit", { timeout: "5 parsecs" }],
  ["a timeout null", { timeout: null }],
  ["a timeout of NaN", { timeout: Number.NaN }],
  ["sensitive true", { sensitive: true }],
  ["sensitive input", { sensitive: "input" }],
];

const configs: readonly Program[] = [...CONFIGS, ...BAD_CONFIGS].map(([what, config]): Program => ({
  section: "6.2",
  title: `config with ${what}`,
  run: async (step) => {
    try {
      return await step.do("s", config, ({ config }) => config);
    } catch (error) {
      return described(error);
    }
  },
  noHistory: "the config in the history has programs of its own",
}));

const context: readonly Program[] = [
  { section: "6.4", title: "the context, with defaults", run: (step) => step.do("a", (ctx) => ctx) },
  {
    section: "6.4",
    title: "the context, with a config",
    run: (step) =>
      step.do("a", { retries: { limit: 2, delay: "1 second", backoff: "linear" }, timeout: "1 minute" }, (ctx) => ctx),
  },
  {
    section: "6.4",
    title: "a delay function is not in the context",
    run: (step) => step.do("a", { retries: { limit: 2, delay: () => 5 } }, (ctx) => ctx),
  },
  {
    section: "6.4",
    title: "own keys of the context",
    run: (step) => step.do("a", (ctx) => Object.keys(ctx).toSorted()),
  },
  {
    section: "6.4",
    title: "a change of the context is not seen by the next attempt",
    run: (step) =>
      step.do("a", { retries: { limit: 1, delay: 1 } }, (ctx) => {
        const seen = sortedJson(ctx.config);
        Reflect.set(ctx, "config", 0);
        Reflect.set(ctx.step, "name", "other");
        if (ctx.attempt === 1) throw new Error("again");
        return [seen, ctx.attempt];
      }),
  },
  {
    section: "6.4",
    title: "the attempt counts from 1",
    run: async (step) => {
      const seen: number[] = [];
      await step.do("a", { retries: { limit: 2, delay: 1 } }, ({ attempt }) => {
        seen.push(attempt);
        if (attempt < 3) throw new Error("again");
      });
      return step.do("seen", () => seen.length);
    },
    noHistory: "its own memory between steps is not a replay's",
    drive: async ({ result }) => (await result()).status,
  },
];

export const stepArguments: readonly Program[] = [...signatures, ...refusals, ...configs, ...context];
