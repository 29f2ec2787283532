import { lineOf } from "../history.ts";
import type { Instance, Program, Subscription, World } from "../program.ts";

/** Reads to the end, or so many events. */
async function read(subscription: Subscription, most = Number.POSITIVE_INFINITY): Promise<unknown[]> {
  const events: unknown[] = [];
  while (events.length < most) {
    const { done, value } = await subscription.next();
    if (done === true) break;
    events.push(value);
  }
  return events;
}

const lines = (events: readonly unknown[]): string[] =>
  events.map(lineOf).filter((line): line is string => line !== undefined);

const some: NonNullable<Program["run"]> = async (step) => {
  const a = await step.do("a", () => 1);
  await step.sleep("nap", 5);
  return a;
};

const finished = async ({ create, ended }: World): Promise<Instance> => {
  const instance = await create();
  await ended(instance);
  return instance;
};

const WRONG: readonly (readonly [what: string, options: unknown])[] = [
  ["null", null],
  ["text", "all"],
  ["an array", []],
  ["an unknown key", { from: 1 }],
  ["a negative cursor", { cursor: -1 }],
  ["a fractional cursor", { cursor: 1.5 }],
  ["a cursor as text", { cursor: "1" }],
  ["a filter that is no array", { filter: "step_completed" }],
  ["an unknown type in the filter", { filter: ["step_done"] }],
];

export const subscribe: readonly Program[] = [
  {
    section: "4.9",
    title: "all of a finished instance, then done",
    run: some,
    drive: async (world) => lines(await read(await (await finished(world)).subscribe())),
  },
  {
    section: "4.9",
    title: "what an event consists of",
    run: some,
    drive: async (world) => {
      const [first] = await read(await (await finished(world)).subscribe({ filter: ["workflow_started"] }), 1);
      const event = first as Record<string, unknown>;
      return [
        Object.keys(event).toSorted(),
        event["instanceId"],
        typeof event["eventId"],
        Number(event["timestamp"]) > 1_700_000_000_000,
      ];
    },
  },
  {
    section: "4.9",
    title: "event ids rise",
    run: some,
    drive: async (world) => {
      const events = (await read(await (await finished(world)).subscribe())) as { eventId: number }[];
      return events.every(({ eventId }, i) => eventId > (events[i - 1]?.eventId ?? 0));
    },
  },
  {
    section: "4.9",
    title: "from a cursor on",
    run: some,
    drive: async (world) => {
      const instance = await finished(world);
      const events = (await read(await instance.subscribe())) as { eventId: number; type: string }[];
      const middle = events.find(({ type }) => type === "sleep_started");
      return lines(await read(await instance.subscribe({ cursor: middle?.eventId })));
    },
  },
  {
    section: "4.9",
    title: "only the types of the filter",
    run: some,
    drive: async (world) =>
      lines(await read(await (await finished(world)).subscribe({ filter: ["step_completed", "sleep_completed"] }))),
  },
  {
    section: "4.9",
    title: "ends even when the filter leaves out the end",
    run: some,
    drive: async (world) => lines(await read(await (await finished(world)).subscribe({ filter: ["step_started"] }))),
  },
  {
    section: "4.9",
    title: "an empty filter lets nothing through",
    run: some,
    drive: async (world) => lines(await read(await (await finished(world)).subscribe({ filter: [] }))),
  },
  {
    section: "4.9",
    title: "live",
    run: async (step, _event, { passed }) => {
      await step.do("a", () => 1);
      await step.do("held", () => passed("gate"));
      return "done";
    },
    drive: async ({ create, open }) => {
      const instance = await create();
      const subscription = await instance.subscribe({
        filter: ["step_started", "step_completed", "workflow_completed"],
      });
      const before = lines(await read(subscription, 3));
      open("gate");
      return { before, after: lines(await read(subscription)) };
    },
  },
  {
    section: "4.9",
    title: "an instance that fails",
    run: () => {
      throw new TypeError("failed");
    },
    drive: async (world) => lines(await read(await (await finished(world)).subscribe())),
  },
  {
    section: "4.9",
    title: "an instance that is terminated",
    run: (step) => step.sleep("nap", 30_000),
    drive: async ({ create, ended, sleep }) => {
      const instance = await create();
      await sleep(20);
      await instance.terminate();
      await ended(instance);
      return lines(await read(await instance.subscribe()));
    },
  },
  {
    section: "4.9",
    title: "a pause",
    run: (step) => step.sleep("nap", 500),
    drive: async ({ create, ended, sleep }) => {
      const instance = await create();
      await sleep(30);
      await instance.pause();
      await instance.resume();
      await ended(instance);
      return lines(
        await read(await instance.subscribe({ filter: ["workflow_paused", "sleep_started", "sleep_completed"] })),
      );
    },
  },
  {
    section: "4.9",
    title: "a pause that waits for a step",
    run: (step, _event, { passed, trace }) =>
      step.do("held", async () => {
        trace("held");
        await passed("gate");
      }),
    drive: async ({ create, traced, open, until, ended }) => {
      const instance = await create();
      await traced("held");
      await instance.pause();
      open("gate");
      await until(instance, "paused");
      await instance.resume();
      await ended(instance);
      return lines(
        await read(
          await instance.subscribe({
            filter: ["workflow_waiting_for_pause", "workflow_paused", "step_completed", "workflow_completed"],
          }),
        ),
      );
    },
  },
  {
    section: "4.9",
    title: "a dynamic delay",
    run: (step) =>
      step.do("flaky", { retries: { limit: 1, delay: () => 3, backoff: "constant" } }, ({ attempt }) => {
        if (attempt === 1) throw new Error("again");
        return attempt;
      }),
    drive: async (world) => lines(await read(await (await finished(world)).subscribe())),
  },
  {
    section: "4.9",
    title: "a sensitive output",
    run: (step) => step.do("secret", { sensitive: "output" }, () => "secret"),
    drive: async (world) => lines(await read(await (await finished(world)).subscribe({ filter: ["step_completed"] }))),
  },
  {
    section: "4.9",
    title: "a wait that gets its event",
    run: (step) => step.waitForEvent("wait", { type: "go", timeout: "30 seconds" }),
    drive: async ({ create, ended }) => {
      const instance = await create();
      await instance.sendEvent({ type: "go", payload: 1 });
      await ended(instance);
      return lines(await read(await instance.subscribe({ filter: ["wait_started", "wait_completed"] })));
    },
    noHistory: "its output is a time of the clock",
  },
  {
    section: "4.9",
    title: "a restart begins a new history",
    run: some,
    drive: async (world) => {
      const instance = await finished(world);
      await instance.restart();
      await world.ended(instance);
      return lines(await read(await instance.subscribe()));
    },
  },
  {
    section: "4.9",
    title: "two subscriptions see the same",
    run: some,
    drive: async (world) => {
      const instance = await finished(world);
      const [a, b] = [await instance.subscribe(), await instance.subscribe()];
      return JSON.stringify(lines(await read(a))) === JSON.stringify(lines(await read(b)));
    },
  },
  {
    section: "4.9",
    title: "after the end next says done again and again",
    run: some,
    drive: async (world) => {
      const subscription = await (await finished(world)).subscribe();
      await read(subscription);
      return [(await subscription.next()).done, (await subscription.next()).done];
    },
  },
  ...WRONG.map(([what, options]): Program => ({
    section: "4.9",
    title: `subscribe refuses ${what}`,
    run: some,
    drive: async (world) => {
      const instance = await finished(world);
      return world.tried(async () => lines(await read(await instance.subscribe(options))));
    },
  })),
];
