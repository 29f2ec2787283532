import type { Program } from "../program.ts";

export const identity: readonly Program[] = [
  {
    section: "6.3",
    title: "the same name again is another step",
    run: async (step) => [
      await step.do("x", ({ step: { count } }) => count),
      await step.do("x", ({ step: { count } }) => count),
      await step.do("y", ({ step: { count } }) => count),
      await step.do("x", ({ step: { count } }) => count),
    ],
  },
  {
    section: "6.3",
    title: "in parallel the count follows the order of calls",
    run: async (step) =>
      Promise.all(Array.from({ length: 5 }, (_, i) => step.do("x", ({ step: { count } }) => [i, count]))),
  },
  {
    section: "6.3",
    title: "equal names of different kinds do not collide",
    run: async (step) => {
      const first = await step.do("x", ({ step }) => step.count);
      await step.sleep("x", 5);
      const event = await step.waitForEvent("x", { type: "go", timeout: "30 seconds" });
      const second = await step.do("x", ({ step }) => step.count);
      return [first, event.payload, second];
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await instance.sendEvent({ type: "go", payload: "event" });
      return ended(instance);
    },
  },
  {
    section: "6.3",
    title: "a name that looks like another with its count",
    run: async (step) => [
      await step.do("x", () => "x first"),
      await step.do("x-1", () => "x-1"),
      await step.do("x", () => "x second"),
      await step.do("x-2", () => "x-2"),
    ],
  },
  {
    section: "6.3",
    title: "results of a loop stay apart on a replay",
    run: async (step, _event, { nth }) => {
      const seen: unknown[] = [];
      for (let i = 0; i < 4; i++) seen.push(await step.do("loop", () => [i, nth(`loop ${i}`)]));
      await step.do("last", () => 1);
      return seen;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await ended(instance);
      await instance.restart({ from: { name: "last" } });
      return ended(instance);
    },
  },
  {
    section: "6.3",
    title: "a name that was cut in the middle of an emoji is the same step on a replay",
    run: async (step, _event, { trace }) => {
      const cut = "paw 🐾".slice(0, -1);
      await step.do(cut, () => trace("called"));
      await step.sleep(cut, 5);
      await step.do("after", () => 1);
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await ended(instance);
      await instance.restart({ from: { name: "after" } });
      return ended(instance);
    },
    noHistory: "half a character has no text of its own",
  },
  {
    section: "6.3",
    title: "a step inside a step has an outcome of its own",
    run: async (step, _event, { trace }) =>
      step.do("outer", async () => {
        const inner = await step.do("inner", ({ step: { count } }) => {
          trace(`inner ${count}`);
          return count;
        });
        trace("outer");
        return inner;
      }),
    noHistory: "a replay between the two repeats the outer one",
  },
  {
    section: "6.3",
    title: "steps of one name inside of different steps, and a restart from the second of these",
    run: async (step, _event, { trace }) => {
      const seen: unknown[] = [];
      for (const item of ["a", "b"]) {
        seen.push(
          await step.do(item, async () =>
            step.do("inner", ({ step: { count } }) => {
              trace(`inner of ${item}: ${count}`);
              return `inner of ${item}`;
            }),
          ),
        );
      }
      return seen;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      const first = await ended(instance);
      await instance.restart({ from: { name: "b" } });
      return [first, await ended(instance)];
    },
    noHistory: "a replay between the two repeats the outer one",
  },
  {
    section: "6.3",
    title: "a step inside a step counts on when the outer one is retried",
    run: async (step, _event, { trace }) =>
      step.do("outer", { retries: { limit: 2, delay: 1 } }, async ({ attempt }) => {
        const inner = await step.do("inner", ({ step: { count } }) => {
          trace(`inner ${count}`);
          return count;
        });
        if (attempt < 3) throw new Error("again");
        return [attempt, inner];
      }),
    noHistory: "a replay between the two repeats the outer one",
  },
];
