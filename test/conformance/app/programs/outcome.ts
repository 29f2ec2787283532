import { faithful } from "../faithful.ts";
import type { Program } from "../program.ts";
import { unkeepable, valueKinds } from "../values.ts";

/** Values as output: `status()` gives them to whoever asks. */
const outputs = [...valueKinds, ...unkeepable].map(([what, make]): Program => ({
  section: "5.2",
  title: `returns ${what}`,
  run: () => make(),
  drive: async ({ result }) => {
    const { status, output, error } = await result();
    return { status, output: faithful(output), ...(error !== undefined && { error }) };
  },
  noHistory: "the history's own view of values has programs of its own",
}));

const ways: readonly Program[] = [
  {
    section: "5.2",
    title: "steps that are not awaited do not change the outcome",
    run: async (step, _event, { trace, passed }) => {
      void step
        .do("dangling", async () => {
          trace("begins");
          await passed("gate");
          trace("ends");
        })
        .catch(() => undefined);
      await step.do("awaited", () => 1);
      return "done";
    },
    drive: async ({ create, ended, open, traced }) => {
      const instance = await create();
      const status = await ended(instance);
      open("gate");
      await traced("ends");
      return [status, await ended(instance)];
    },
    noHistory: "whether a step that nobody awaits ends in time is chance",
  },
  {
    section: "5.2",
    title: "one of Promise.all fails: the run fails with it",
    run: async (step, _event, { trace }) =>
      Promise.all([
        step.do("ok", () => trace("ok")),
        step.do("fails", { retries: { limit: 0, delay: 0 } }, () => {
          throw new Error("one failed");
        }),
      ]),
  },
  {
    section: "5.2",
    title: "Promise.allSettled: the run sees both",
    run: async (step) => {
      const results = await Promise.allSettled([
        step.do("ok", () => 1),
        step.do("fails", { retries: { limit: 0, delay: 0 } }, () => {
          throw new Error("one failed");
        }),
      ]);
      return results.map(({ status }) => status);
    },
  },
  {
    section: "5.2",
    title: "run throws after steps: the outcome of the steps stays in the history",
    run: async (step) => {
      await step.do("a", () => 1);
      throw new RangeError("after a");
    },
  },
  {
    section: "5.2",
    title: "run without steps",
    run: () => ({ n: 1 }),
  },
  {
    section: "5.2",
    title: "run that is not async and throws",
    run: () => {
      throw new SyntaxError("at once");
    },
  },
  {
    section: "5.2",
    title: "a finally of user code may take a step",
    run: async (step, _event, { trace }) => {
      try {
        await step.do("fails", { retries: { limit: 0, delay: 0 } }, () => {
          throw new Error("failed");
        });
      } finally {
        await step.do("tidy", () => trace("tidy"));
      }
    },
  },
];

export const outcome: readonly Program[] = [...ways, ...outputs];
