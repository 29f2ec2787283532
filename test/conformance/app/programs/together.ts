import { described, type Program, tried } from "../program.ts";

const parallel: readonly Program[] = [
  {
    section: "6.12",
    title: "twenty steps at once all begin before one ends",
    run: async (step, _event, { trace, passed }) => {
      const names = Array.from({ length: 20 }, (_, i) => `s${i}`);
      return Promise.all(
        names.map((name) =>
          step.do(name, async () => {
            trace("begins");
            await passed("gate");
            return name;
          }),
        ),
      );
    },
    drive: async ({ create, traced, open, ended }) => {
      const instance = await create();
      await traced("begins", 20);
      open("gate");
      return ended(instance);
    },
    noHistory: "in which order steps beside each other end is chance",
  },
  {
    section: "6.12",
    title: "steps at once begin in the order of their calls",
    run: async (step, _event, { trace }) =>
      Promise.all(Array.from({ length: 6 }, (_, i) => step.do(`s${i}`, () => trace(`s${i}`)))),
    noHistory: "in which order steps beside each other end is chance",
  },
  {
    section: "6.12",
    title: "the first of a race wins and the other is stored too",
    run: async (step, _event, { trace, passed }) => {
      const winner = await Promise.race([
        step.do("fast", () => {
          trace("fast");
          return "fast";
        }),
        step.do("slow", async () => {
          await passed("gate");
          trace("slow");
          return "slow";
        }),
      ]);
      return step.do("next", async () => {
        await passed("gate");
        return winner;
      });
    },
    drive: async ({ create, traced, open, ended }) => {
      const instance = await create();
      await traced("fast");
      open("gate");
      await traced("slow");
      return ended(instance);
    },
    noHistory: "in which order steps beside each other end is chance",
  },
  {
    section: "6.12",
    title: "a step beside a sleep and a wait",
    run: async (step) => {
      const [a, , c] = await Promise.all([
        step.do("a", () => "a"),
        step.sleep("b", 20),
        step.waitForEvent("c", { type: "go", timeout: "30 seconds" }),
      ]);
      return [a, c.payload];
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await instance.sendEvent({ type: "go", payload: "c" });
      return ended(instance);
    },
    noHistory: "in which order steps beside each other end is chance",
  },
  {
    section: "6.12",
    title: "chains of steps beside each other",
    run: async (step) => {
      const chain = async (name: string): Promise<string[]> => {
        const seen: string[] = [];
        for (let i = 0; i < 4; i++) seen.push(await step.do(`${name}${i}`, () => `${name}${i}`));
        return seen;
      };
      return Promise.all(["a", "b", "c"].map(chain));
    },
    noHistory: "in which order steps beside each other end is chance",
  },
  {
    section: "6.12",
    title: "a step from a timer",
    run: async (step, _event, { sleep }) => {
      await sleep(10);
      return step.do("later", () => "later");
    },
  },
  {
    section: "6.12",
    title: "two hundred steps in a row",
    run: async (step) => {
      let sum = 0;
      for (let i = 0; i < 200; i++) sum += await step.do("add", () => i);
      return sum;
    },
    noHistory: "eight hundred lines say nothing more",
  },
];

const three = async (step: Parameters<NonNullable<Program["run"]>>[0]): Promise<void> => {
  for (let i = 0; i < 3; i++) await step.do("s", () => i);
};

const limit: readonly Program[] = [
  {
    section: "6.13",
    title: "exactly as many steps as the limit",
    workflow: "SHORT",
    run: async (step) => {
      await three(step);
      return "done";
    },
  },
  {
    section: "6.13",
    title: "one step more than the limit, not caught",
    workflow: "SHORT",
    run: async (step) => {
      await three(step);
      await step.do("s", () => 3);
    },
  },
  {
    section: "6.13",
    title: "one step more than the limit, caught; every further one throws again",
    workflow: "SHORT",
    run: async (step) => {
      await three(step);
      return [await tried(() => step.do("s", () => 3)), await tried(() => step.do("t", () => 4))];
    },
  },
  {
    section: "6.13",
    title: "sleeps and waits do not count",
    workflow: "SHORT",
    run: async (step) => {
      await step.sleep("nap", 1);
      await step.waitForEvent("wait", { type: "go", timeout: "30 seconds" });
      await three(step);
      return "done";
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await instance.sendEvent({ type: "go", payload: 1 });
      return ended(instance);
    },
  },
  {
    section: "6.13",
    title: "attempts do not count",
    workflow: "SHORT",
    run: async (step) => {
      const attempts = await step.do("flaky", { retries: { limit: 5, delay: 1 } }, ({ attempt }) => {
        if (attempt < 5) throw new Error("again");
        return attempt;
      });
      await step.do("b", () => 1);
      await step.do("c", () => 1);
      return attempts;
    },
  },
  {
    section: "6.13",
    title: "a step inside a step counts",
    workflow: "SHORT",
    run: (step) =>
      step.do("outer", { retries: { limit: 0, delay: 0 } }, async () => {
        await step.do("a", () => 1);
        await step.do("b", () => 1);
        return tried(() => step.do("c", () => 1));
      }),
    noHistory: "a replay between the two repeats the outer one",
  },
];

const sensitive: readonly Program[] = [
  {
    section: "6.14",
    title: "run gets the real value of a sensitive output",
    run: async (step) => {
      const secret = await step.do("secret", { sensitive: "output" }, () => ({ key: "value" }));
      return secret.key.length;
    },
  },
  {
    section: "6.14",
    title: "a replay gets the real value too",
    run: async (step) => {
      const secret = await step.do("secret", { sensitive: "output" }, () => ({ key: "value" }));
      await step.do("after", () => 1);
      return secret.key.length;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await ended(instance);
      await instance.restart({ from: { name: "after" } });
      return ended(instance);
    },
  },
  {
    section: "6.14",
    title: "errors are not redacted",
    run: async (step) => {
      try {
        return await step.do("secret", { sensitive: "output", retries: { limit: 0, delay: 0 } }, () => {
          throw new Error("seen");
        });
      } catch (error) {
        return described(error);
      }
    },
  },
  {
    section: "6.14",
    title: "a sensitive undefined in the history",
    run: async (step) => {
      await step.do("secret", { sensitive: "output" }, () => undefined);
      return "done";
    },
  },
];

export const together: readonly Program[] = [...parallel, ...limit, ...sensitive];
