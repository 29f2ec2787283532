import { type Instance, type Program, type Status, tried, type World } from "../program.ts";

/** The status once the instance has ended, or that it sleeps on after a moment. */
async function soon({ sleep }: World, instance: Instance): Promise<Status | "sleeps on"> {
  for (let i = 0; i < 25; i++) {
    const { status, output, error } = await instance.status();
    if (["complete", "errored"].includes(status)) return { status, output, ...(error !== undefined && { error }) };
    await sleep(15);
  }
  return "sleeps on";
}

/** How long a sleep is meant to last is in its history (`durationMs`). */
const DURATIONS: readonly (readonly [what: string, duration: unknown])[] = [
  ["5", 5],
  ["0", 0],
  ["a fraction", 2.5],
  ["a negative number", -3],
  ["1 second", "1 second"],
  ["30 seconds", "30 seconds"],
  ["5 minutes", "5 minutes"],
  ["two spaces", "5  minutes"],
  ["1 hour", "1 hour"],
  ["1.5 hours", "1.5 hours"],
  ["an exponent", "1e3 seconds"],
  ["1 day", "1 day"],
  ["1 week", "1 week"],
  ["1 month", "1 month"],
  ["1 year in days", "365 days"],
  ["365 days in milliseconds", 365 * 86_400_000],
  ["one millisecond more than 365 days", 365 * 86_400_000 + 1],
  ["a year", "1 year"],
  ["more than a year", "366 days"],
  ["a bare number in text", "60"],
  ["0.005 seconds", "0.005 seconds"],
  ["negative minutes", "-5 minutes"],
  ["an empty string", ""],
  ["null", null],
  ["undefined", undefined],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["an object", {}],
  ["true", true],
  ["a Date", new Date(0)],
  ["a word", "soon"],
  ["a unit without a space", "5s"],
  ["a space behind", "5 minutes "],
  ["a space before", " 5 minutes"],
  ["two durations", "1 hour 30 minutes"],
  ["sec", "5 sec"],
  ["s", "5 s"],
  ["m", "5 m"],
  ["ms", "5 ms"],
  ["milliseconds", "5 milliseconds"],
  ["a capital", "5 Minutes"],
  ["an unknown unit", "5 parsecs"],
];

const durations: readonly Program[] = DURATIONS.map(([what, duration]): Program => ({
  section: "7.1",
  title: `sleep for ${what}`,
  run: async (step) => {
    const seen = await tried(() => step.sleep("nap", duration));
    return seen === undefined ? "slept" : seen;
  },
  drive: async (world) => {
    const instance = await world.create();
    const outcome = await soon(world, instance);
    if (outcome === "sleeps on") await instance.terminate();
    return outcome;
  },
}));

const sleeps: readonly Program[] = [
  { section: "7.2", title: "sleep gives undefined", run: async (step) => (await step.sleep("nap", 1)) === undefined },
  {
    section: "7.2",
    title: "a sleep is not shorter than it says",
    run: async (step) => {
      const before = await step.do("before", () => Date.now());
      await step.sleep("nap", 60);
      const after = await step.do("after", () => Date.now());
      return after - before >= 59;
    },
    noHistory: "times of the clock are among its outputs",
  },
  {
    section: "7.2",
    title: "steps before and after a sleep run once",
    run: async (step, _event, { trace }) => {
      await step.do("before", () => trace("before"));
      await step.sleep("nap", 20);
      await step.do("after", () => trace("after"));
      return "awake";
    },
  },
  {
    section: "7.2",
    title: "three sleeps at once last as long as the longest",
    run: async (step) => {
      const before = await step.do("before", () => Date.now());
      await Promise.all([step.sleep("a", 40), step.sleep("b", 60), step.sleep("c", 20)]);
      const took = (await step.do("after", () => Date.now())) - before;
      return took >= 59;
    },
    noHistory: "in which order steps beside each other end is chance",
  },
  {
    section: "7.2",
    title: "the same name with the same duration is another sleep",
    run: async (step) => {
      await step.sleep("nap", 10);
      await step.sleep("nap", 10);
      return "twice";
    },
  },
  {
    section: "7.2",
    title: "the same name with another duration is another sleep",
    run: async (step) => {
      await step.sleep("nap", 10);
      await step.sleep("nap", 15);
      await step.sleep("nap", 10);
      return "thrice";
    },
  },
  {
    section: "7.2",
    title: "a sleep that is over is not slept again on a replay",
    run: async (step) => {
      await step.sleep("nap", 600);
      return step.do("after", () => 1);
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await ended(instance);
      const before = Date.now();
      await instance.restart({ from: { name: "after" } });
      await ended(instance);
      return Date.now() - before < 500;
    },
  },
  {
    section: "7.2",
    title: "a name of 257 characters",
    run: (step) => tried(() => step.sleep("x".repeat(257), 1)),
  },
  { section: "7.2", title: "an empty name", run: (step) => tried(() => step.sleep("", 1)) },
  {
    section: "7.2",
    title: "a refused sleep that is not caught",
    run: (step) => step.sleep("nap", "soon"),
  },
  {
    section: "7.2",
    title: "a race of a step and a sleep",
    run: async (step, _event, { passed }) =>
      Promise.race([
        step.sleep("nap", 20).then(() => "the sleep"),
        step.do("slow", async () => {
          await passed("gate");
          return "the step";
        }),
      ]),
    drive: async ({ create, open, ended }) => {
      const status = await ended(await create());
      open("gate");
      return status;
    },
    noHistory: "whether the step that loses ends in time is chance",
  },
];

/** Long enough for a slow machine to get there before. */
const FUTURE_MS = 2000;

const untils: readonly Program[] = [
  {
    section: "7.3",
    title: "until a Date to come",
    run: async (step, event) => {
      await step.sleepUntil("morning", new Date(event.timestamp.getTime() + FUTURE_MS));
      return "awake";
    },
    noHistory: "its duration depends on the clock",
  },
  {
    section: "7.3",
    title: "until a number to come",
    run: async (step, event) => {
      await step.sleepUntil("morning", event.timestamp.getTime() + FUTURE_MS);
      return "awake";
    },
    noHistory: "its duration depends on the clock",
  },
  {
    section: "7.3",
    title: "a replay after its time goes on",
    run: async (step, event) => {
      await step.sleepUntil("morning", new Date(event.timestamp.getTime() + FUTURE_MS));
      return step.do("after", () => "awake");
    },
    drive: async ({ create, ended, sleep }) => {
      const instance = await create();
      const first = await ended(instance);
      await sleep(20);
      await instance.restart({ from: { name: "after" } });
      return [first, await ended(instance)];
    },
    noHistory: "its duration depends on the clock",
  },
  ...(
    [
      ["a Date two years ahead", new Date(Date.now() + 2 * 365 * 86_400_000)],
      ["a Date long past", new Date(5)],
      ["a number long past", 5],
      ["zero", 0],
      ["seconds instead of milliseconds", 1_800_000_000],
      ["null", null],
      ["undefined", undefined],
      ["an invalid Date", new Date(Number.NaN)],
      ["NaN", Number.NaN],
      ["Infinity", Number.POSITIVE_INFINITY],
      ["a date as text", "2999-01-01T00:00:00Z"],
      ["a word", "tomorrow"],
      ["an object", {}],
    ] as const
  ).map(([what, time]): Program => ({
    section: "7.3",
    title: `until ${what}`,
    run: async (step) => {
      const seen = await tried(() => step.sleepUntil("morning", time));
      return seen === undefined ? "slept" : seen;
    },
    drive: async (world) => {
      const instance = await world.create();
      const outcome = await soon(world, instance);
      if (outcome === "sleeps on") await instance.terminate();
      return outcome;
    },
    noHistory: "its duration depends on the clock",
  })),
];

export const time: readonly Program[] = [...durations, ...sleeps, ...untils];
