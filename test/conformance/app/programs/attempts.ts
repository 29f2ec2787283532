import { described, type Program, sortedJson, type Step, tried } from "../program.ts";

const retries = (limit: unknown, more: object = {}): object => ({ retries: { limit, delay: 1, ...more } });

/** A step that fails until the attempt of this number. */
const until =
  (attempts: number, config: unknown): NonNullable<Program["run"]> =>
  (step, _event, { trace }) =>
    step.do("flaky", config, ({ attempt }) => {
      trace(`attempt ${attempt}`);
      if (attempt < attempts) throw new Error(`failed ${attempt}`);
      return attempt;
    });

const NEVER = 99;

const counts: readonly Program[] = [
  { section: "6.5", title: "limit 0: one attempt", run: until(NEVER, retries(0)) },
  { section: "6.5", title: "limit 1: two attempts", run: until(NEVER, retries(1)) },
  { section: "6.5", title: "limit 3: four attempts", run: until(NEVER, retries(3)) },
  { section: "6.5", title: "limit 1.5: two attempts", run: until(NEVER, retries(1.5)) },
  { section: "6.5", title: "the last attempt may succeed", run: until(3, retries(2)) },
  { section: "6.5", title: "a success ends the attempts", run: until(2, retries(5)) },
  {
    section: "6.5",
    title: "the last failure is thrown into run, which may go on",
    run: async (step, event, outside) => {
      const failure = await tried(async () => until(NEVER, retries(1))(step, event, outside));
      return [failure, await step.do("next", () => "next")];
    },
  },
  {
    section: "6.5",
    title: "a stored failure is thrown again on a replay, without a call",
    run: async (step, event, outside) => {
      const failure = await tried(async () => until(NEVER, retries(1))(step, event, outside));
      await step.do("next", () => 1);
      return failure;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      const first = await ended(instance);
      await instance.restart({ from: { name: "next" } });
      return [first, await ended(instance)];
    },
  },
  {
    section: "6.5",
    title: "a callback that throws at once fails like one that rejects",
    run: async (step, _event, { trace }) =>
      step.do("a", retries(1), ({ attempt }) => {
        trace(`attempt ${attempt}`);
        if (attempt === 1) throw new Error("at once");
        return Promise.resolve(attempt);
      }),
  },
  {
    section: "6.5",
    title: "a result is a copy: changing what was returned changes no result",
    run: async (step) => {
      const kept = { list: [1] };
      const first = await step.do("a", () => kept);
      kept.list.push(2);
      await step.do("b", () => 1);
      return first;
    },
  },
  {
    section: "6.5",
    title: "steps in a row run in order",
    run: async (step, _event, { trace }) => {
      for (let i = 0; i < 10; i++) await step.do(`s${i}`, () => trace(`s${i}`));
      return "done";
    },
  },
  {
    section: "6.5",
    title: "two steps retry beside each other",
    run: async (step, _event, { trace }) =>
      Promise.all(
        [10, 25].map((delay) =>
          step.do(`every ${delay}`, { retries: { limit: 2, delay, backoff: "constant" } }, ({ attempt }) => {
            if (attempt < 3) throw new Error("again");
            trace(`every ${delay}`);
            return attempt;
          }),
        ),
      ),
    noHistory: "in which order two steps beside each other are tried is chance",
  },
];

/** The delays lie in the history (`retryDelayMs`); on engines without one, in the clock: never shorter. */
const DELAYS: readonly (readonly [what: string, config: object, least: readonly number[]])[] = [
  ["constant", { backoff: "constant" }, [20, 20, 20]],
  ["linear", { backoff: "linear" }, [20, 40, 60]],
  ["exponential", { backoff: "exponential" }, [20, 40, 80]],
  ["exponential by default", {}, [20, 40, 80]],
];

const delays: readonly Program[] = DELAYS.map(([what, backoff, least]): Program => ({
  section: "6.5",
  title: `retry delays, ${what}`,
  run: async (step, _event, { list }) => {
    const times = list("times");
    await tried(() =>
      step.do("fails", { retries: { limit: 3, delay: 20, ...backoff } }, async () => {
        // Time stands still between two inputs and outputs.
        await new Promise((resolve) => {
          setTimeout(resolve, 0);
        });
        times.push(Date.now());
        throw new Error("again");
      }),
    );
    return times.slice(1).map((time, i) => time - (times[i] ?? 0) >= (least[i] ?? 0) - 1);
  },
}));

/** A delay function, and what the step comes to. */
const DELAY_FUNCTIONS: readonly (readonly [
  what: string,
  delay: (input: { ctx: unknown; error: unknown }) => unknown,
])[] = [
  ["a number", () => 5],
  ["zero", () => 0],
  ["a promise of a number", async () => 5],
  ["a duration", () => "0.005 seconds"],
  ["NaN", () => Number.NaN],
  ["Infinity", () => Number.POSITIVE_INFINITY],
  ["a negative number", () => -1],
  ["a word", () => "soon"],
  ["an unknown unit", () => "5 parsecs"],
  ["undefined", () => undefined],
  ["null", () => null],
  ["an object", () => ({})],
  ["true", () => true],
  [
    "an error",
    () => {
      throw new Error("broken");
    },
  ],
  ["a rejected promise", () => Promise.reject(new TypeError("rejected"))],
];

const delayFunctions: readonly Program[] = [
  ...DELAY_FUNCTIONS.map(([what, delay]): Program => ({
    section: "6.6",
    title: `a delay function that gives ${what}`,
    run: async (step, event, outside) =>
      tried(async () => until(2, { retries: { limit: 2, delay, backoff: "constant" } })(step, event, outside)),
  })),
  {
    section: "6.6",
    title: "what a delay function receives",
    run: async (step, _event, { trace }) =>
      step.do(
        "flaky",
        {
          retries: {
            limit: 3,
            backoff: "constant",
            delay: ({ ctx, error }: { ctx: { attempt: number; step: object }; error: Error }) => {
              trace(`delay ${ctx.attempt} ${sortedJson(ctx)} ${described(error)}`);
              return ctx.attempt;
            },
          },
        },
        ({ attempt }) => {
          if (attempt < 3) throw new RangeError(`failed ${attempt}`);
          return attempt;
        },
      ),
  },
  {
    section: "6.6",
    title: "a delay function is not asked after the last attempt",
    run: async (step, _event, { trace }) =>
      tried(() =>
        step.do(
          "fails",
          {
            retries: {
              limit: 1,
              delay: () => {
                trace("delay");
                return 1;
              },
            },
          },
          () => {
            throw new Error("failed");
          },
        ),
      ),
  },
  ...["constant", "linear", "exponential"].map((backoff): Program => ({
    section: "6.6",
    title: `a delay function with ${backoff} back-off`,
    run: until(4, { retries: { limit: 3, delay: () => 10, backoff } }),
  })),
  {
    section: "6.6",
    title: "a delay function that never answers",
    run: async (step, event, outside) =>
      tried(async () =>
        until(2, { retries: { limit: 2, delay: () => new Promise(() => undefined) } })(step, event, outside),
      ),
  },
  {
    section: "6.6",
    title: "a delay function of a callback that must not be retried is not asked",
    run: async (step, _event, { trace }) =>
      tried(() =>
        step.do("fails", { retries: { limit: 1, delay: () => (trace("delay"), 1) } }, () => {
          throw Object.assign(new Error("nope"), { name: "NonRetryableError" });
        }),
      ),
  },
];

const never = (): Promise<never> => new Promise(() => undefined);

const slow = (step: Step, timeout: unknown, limit = 0): Promise<unknown> =>
  step.do("slow", { timeout, retries: { limit, delay: 1 } }, never);

const timeouts: readonly Program[] = [
  { section: "6.7", title: "a timeout in milliseconds, caught", run: (step) => tried(() => slow(step, 20)) },
  { section: "6.7", title: "a timeout in words, caught", run: (step) => tried(() => slow(step, "0.02 seconds")) },
  { section: "6.7", title: "a timeout that is not caught", run: (step) => slow(step, 20) },
  {
    section: "6.7",
    title: "every attempt has the whole timeout",
    run: async (step, _event, { trace }) =>
      tried(() =>
        step.do("slow", { timeout: 20, retries: { limit: 2, delay: 1 } }, ({ attempt }) => {
          trace(`attempt ${attempt}`);
          return never();
        }),
      ),
  },
  {
    section: "6.7",
    title: "a late result is discarded",
    run: async (step, _event, { trace, sleep }) =>
      step.do("slow", { timeout: 600, retries: { limit: 1, delay: 1 } }, async ({ attempt }) => {
        if (attempt === 1) {
          await sleep(900);
          trace("late");
          return "late";
        }
        return "second attempt";
      }),
    drive: async ({ result, traced }) => {
      const status = await result();
      await traced("late");
      return status;
    },
  },
  {
    section: "6.7",
    title: "a callback that is quick enough",
    run: async (step, _event, { sleep }) =>
      step.do("quick", { timeout: "1 minute" }, async () => {
        await sleep(5);
        return "in time";
      }),
  },
  {
    section: "6.7",
    title: "a timed out step is a failed step: the error is stored",
    run: async (step, _event, { trace }) => {
      const failure = await tried(() =>
        step.do("slow", { timeout: 20, retries: { limit: 0, delay: 0 } }, () => {
          trace("attempt");
          return never();
        }),
      );
      await step.do("next", () => 1);
      return failure;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      const first = await ended(instance);
      await instance.restart({ from: { name: "next" } });
      return [first, await ended(instance)];
    },
  },
];

export const attempts: readonly Program[] = [...counts, ...delays, ...delayFunctions, ...timeouts];
