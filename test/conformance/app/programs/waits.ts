import { faithful } from "../faithful.ts";
import { call, type Program, tried } from "../program.ts";
import { unkeepable, valueKinds } from "../values.ts";

const WAIT = { type: "go", timeout: "30 seconds" };

const receives: readonly Program[] = [
  {
    section: "8",
    title: "what a wait gives",
    run: async (step) => {
      const event = await step.waitForEvent("wait", WAIT);
      return [Object.keys(event).toSorted(), event.payload, event.type, event.timestamp instanceof Date];
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await instance.sendEvent({ type: "go", payload: { n: 1 } });
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "timestamp is the time of sending",
    run: async (step) => {
      await step.sleep("nap", 60);
      const event = await step.waitForEvent("wait", WAIT);
      return event.timestamp.getTime();
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      const before = Date.now();
      await instance.sendEvent({ type: "go", payload: 1 });
      const after = Date.now();
      const sentAt = Number((await ended(instance)).output);
      return sentAt >= before - 5 && sentAt <= after + 5;
    },
    noHistory: "its output is a time of the clock",
  },
  {
    section: "8",
    title: "an event sent before the wait is kept for it",
    run: async (step, _event, { passed }) => {
      await step.do("held", () => passed("gate"));
      return (await step.waitForEvent("wait", WAIT)).payload;
    },
    drive: async ({ create, ended, open }) => {
      const instance = await create();
      await instance.sendEvent({ type: "go", payload: "early" });
      open("gate");
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "an event sent during the wait ends it",
    run: async (step, _event, { once }) => {
      once("waits");
      return (await step.waitForEvent("wait", WAIT)).payload;
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("waits");
      await sleep(20);
      await instance.sendEvent({ type: "go", payload: "late" });
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "a wait of an hour gets its event",
    run: async (step, _event, { once }) => {
      once("waits");
      try {
        return (await step.waitForEvent("wait", { type: "go", timeout: "1 hour" })).payload;
      } catch (error) {
        once(`caught ${String(error)}`);
        throw error;
      }
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("waits");
      await sleep(20);
      await instance.sendEvent({ type: "go", payload: "late" });
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "events arrive in the order of sending",
    run: async (step) => {
      const seen: unknown[] = [];
      for (let i = 0; i < 5; i++) seen.push((await step.waitForEvent("wait", WAIT)).payload);
      return seen;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      for (let i = 0; i < 5; i++) await instance.sendEvent({ type: "go", payload: i });
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "twenty-five kept events keep their order",
    run: async (step, _event, { passed }) => {
      await step.do("held", () => passed("gate"));
      const seen: unknown[] = [];
      for (let i = 0; i < 25; i++) seen.push((await step.waitForEvent("wait", WAIT)).payload);
      return seen;
    },
    drive: async ({ create, ended, open }) => {
      const instance = await create();
      for (let i = 0; i < 25; i++) await instance.sendEvent({ type: "go", payload: i });
      open("gate");
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "twelve kept events keep their order over a pause",
    run: async (step, _event, { once }) => {
      once("sleeps");
      await step.sleep("nap", 500);
      const seen: unknown[] = [];
      for (let i = 0; i < 12; i++) seen.push((await step.waitForEvent("wait", WAIT)).payload);
      return seen;
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("sleeps");
      for (let i = 0; i < 12; i++) await instance.sendEvent({ type: "go", payload: i });
      await sleep(10);
      await instance.pause();
      await sleep(10);
      await instance.resume();
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "a delivered event does not come back after a pause",
    run: async (step, _event, { once }) => {
      const first = await step.waitForEvent("first", WAIT);
      await step.do("note", () => once("first"));
      await step.sleep("nap", 500);
      const second = await step.waitForEvent("second", WAIT);
      return [first.payload, second.payload];
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await instance.sendEvent({ type: "go", payload: "first" });
      await traced("first");
      await sleep(20);
      await instance.pause();
      await sleep(10);
      await instance.resume();
      await instance.sendEvent({ type: "go", payload: "second" });
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "matching is by type, not by the step's name",
    run: async (step) => {
      const b = await step.waitForEvent("a", { type: "b", timeout: "30 seconds" });
      const a = await step.waitForEvent("b", { type: "a", timeout: "30 seconds" });
      return [b.payload, a.payload];
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await instance.sendEvent({ type: "a", payload: "of type a" });
      await instance.sendEvent({ type: "b", payload: "of type b" });
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "two waits for one type: the first registered gets the first event",
    run: async (step, _event, { once }) => {
      once("waits");
      const events = await Promise.all([step.waitForEvent("a", WAIT), step.waitForEvent("b", WAIT)]);
      return events.map(({ payload }) => payload);
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("waits");
      await sleep(20);
      await instance.sendEvent({ type: "go", payload: 1 });
      await sleep(10);
      await instance.sendEvent({ type: "go", payload: 2 });
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "two equal events are two",
    run: async (step) => {
      const seen = [(await step.waitForEvent("a", WAIT)).payload];
      seen.push((await step.waitForEvent("b", WAIT)).payload);
      return seen;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await instance.sendEvent({ type: "go", payload: "same" });
      await instance.sendEvent({ type: "go", payload: "same" });
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "a replay gets the same event and takes no other",
    run: async (step) => {
      const { payload } = await step.waitForEvent("wait", WAIT);
      await step.do("after", () => 1);
      return payload;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await instance.sendEvent({ type: "go", payload: 1 });
      const first = await ended(instance);
      await instance.restart({ from: { name: "after" } });
      return [first, await ended(instance)];
    },
  },
  {
    section: "8",
    title: "a race of two waits: the loser takes a later event of its type",
    run: async (step, _event, { once }) => {
      once("waits");
      const a = step.waitForEvent("a", { type: "a", timeout: "30 seconds" });
      const b = step.waitForEvent("b", { type: "b", timeout: "30 seconds" });
      const winner = await Promise.race([a, b]);
      // In a step, for a replay may find both there.
      const first = await step.do("first", () => winner.payload);
      return [first, (await a).payload];
    },
    drive: async ({ create, traced, sleep, ended }) => {
      const instance = await create();
      await traced("waits");
      await sleep(20);
      await instance.sendEvent({ type: "b", payload: "b" });
      await sleep(20);
      await instance.sendEvent({ type: "a", payload: "a" });
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "events of another type do not end the wait",
    run: async (step) => (await step.waitForEvent("wait", WAIT)).payload,
    drive: async ({ create, ended, sleep }) => {
      const instance = await create();
      await instance.sendEvent({ type: "other", payload: 1 });
      await sleep(20);
      await instance.sendEvent({ type: "go", payload: 2 });
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "an event from the workflow itself",
    run: async (step, event, { binding }) => {
      await step.do("send", async () => {
        const instance = await binding.get(event.instanceId);
        await instance.sendEvent({ type: "go", payload: "mine" });
      });
      return (await step.waitForEvent("wait", WAIT)).payload;
    },
  },
];

const timeouts: readonly Program[] = [
  {
    section: "8",
    title: "a timeout, caught",
    run: async (step) => tried(() => step.waitForEvent("wait", { type: "go", timeout: 20 })),
  },
  {
    section: "8",
    title: "a timeout in words, caught",
    run: async (step) => tried(() => step.waitForEvent("wait", { type: "go", timeout: "0.02 seconds" })),
  },
  {
    section: "8",
    title: "a timeout that is not caught",
    run: (step) => step.waitForEvent("wait", { type: "go", timeout: 20 }),
  },
  {
    section: "8",
    title: "a timeout is thrown again on a replay, without a wait",
    run: async (step) => {
      const seen = await tried(() => step.waitForEvent("wait", { type: "go", timeout: 600 }));
      await step.do("after", () => 1);
      return seen;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      const first = await ended(instance);
      const before = Date.now();
      await instance.restart({ from: { name: "after" } });
      return [first, await ended(instance), Date.now() - before < 500];
    },
  },
  {
    section: "8",
    title: "after a timeout the next event goes to the next wait",
    run: async (step, _event, { once }) => {
      const first = await tried(() => step.waitForEvent("first", { type: "go", timeout: 20 }));
      await step.do("note", () => once("timed out"));
      return [first, (await step.waitForEvent("second", WAIT)).payload];
    },
    drive: async ({ create, traced, ended }) => {
      const instance = await create();
      await traced("timed out");
      await instance.sendEvent({ type: "go", payload: 1 });
      return ended(instance);
    },
  },
  {
    section: "8",
    title: "the event of a wait that has one does not time out later",
    run: async (step) => {
      const { payload } = await step.waitForEvent("wait", { type: "go", timeout: 500 });
      await step.sleep("nap", 700);
      return payload;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await instance.sendEvent({ type: "go", payload: 1 });
      return ended(instance);
    },
  },
];

const WRONG: readonly (readonly [what: string, options: unknown])[] = [
  ["no options", undefined],
  ["null", null],
  ["an empty object", {}],
  ["type undefined", { type: undefined }],
  ["type null", { type: null }],
  ["type 5", { type: 5 }],
  ["an empty type", { type: "" }],
  ["a type with a dot", { type: "a.b" }],
  ["a type with a space", { type: "a b" }],
  ["a type that begins with a dash", { type: "-a" }],
  ["a type of 100 characters", { type: "x".repeat(100) }],
  ["a type of 101 characters", { type: "x".repeat(101) }],
  ["a timeout of 0", { type: "go", timeout: 0 }],
  ["timeout undefined", { type: "go", timeout: undefined }],
  ["timeout null", { type: "go", timeout: null }],
  ["an empty timeout", { type: "go", timeout: "" }],
  ["a negative timeout", { type: "go", timeout: -1 }],
  ["a timeout of NaN", { type: "go", timeout: Number.NaN }],
  ["a timeout of a word", { type: "go", timeout: "soon" }],
  ["a timeout in an unknown unit", { type: "go", timeout: "5 parsecs" }],
  ["a timeout of 365 days", { type: "go", timeout: "365 days" }],
  ["a timeout of one millisecond more", { type: "go", timeout: 365 * 86_400_000 + 1 }],
  ["a timeout above a year", { type: "go", timeout: "366 days" }],
  ["an unknown key", { type: "go", colour: "red" }],
];

const options: readonly Program[] = WRONG.map(([what, given]): Program => ({
  section: "8",
  title: `waitForEvent with ${what}`,
  run: async (step) => tried(() => call(step, "waitForEvent", "wait", given)),
  drive: async ({ create, sleep, ended }) => {
    const instance = await create();
    for (let i = 0; i < 20; i++) {
      const { status } = await instance.status();
      if (status === "complete" || status === "errored") return ended(instance);
      await sleep(15);
    }
    await instance.terminate();
    return "waits";
  },
}));

const types: readonly Program[] = (
  [
    ["a type with a dot", "a.b"],
    ["a type with a space", "a b"],
    ["an empty type", ""],
    ["a type of 100 characters", "x".repeat(100)],
    ["a type of 101 characters", "x".repeat(101)],
    ["a type that is a number", 5],
    ["no type", undefined],
  ] as const
).map(([what, type]): Program => ({
  section: "8",
  title: `sendEvent with ${what}`,
  run: (step) => step.sleep("nap", "30 seconds"),
  drive: async ({ create, tried }) => {
    const instance = await create();
    const seen = await tried(() => instance.sendEvent({ type, payload: 1 }));
    await instance.terminate();
    return seen;
  },
}));

const sizes: readonly Program[] = (
  [
    ["exactly 1 MiB", 1024 * 1024],
    ["one character more than 1 MiB", 1024 * 1024 + 1],
  ] as const
).map(([what, length]): Program => ({
  section: "8",
  title: `a payload of ${what}`,
  run: async (step) => ((await step.waitForEvent("wait", WAIT)).payload as string).length,
  drive: async ({ create, tried, ended }) => {
    const instance = await create();
    const sent = await tried(() => instance.sendEvent({ type: "go", payload: "x".repeat(length) }));
    if (sent === undefined) return ended(instance);
    await instance.terminate();
    return sent;
  },
  noHistory: "it would hold a million characters",
}));

const names: readonly Program[] = (
  [
    ["257 characters", "x".repeat(257)],
    ["a line feed", "a\nb"],
    ["nothing", ""],
  ] as const
).map(([what, name]): Program => ({
  section: "8",
  title: `waitForEvent with a name of ${what}`,
  run: async (step) => tried(async () => (await step.waitForEvent(name, WAIT)).payload),
  drive: async ({ create, ended }) => {
    const instance = await create();
    await instance.sendEvent({ type: "go", payload: 1 });
    return ended(instance);
  },
}));

const payloads: readonly Program[] = [...valueKinds, ...unkeepable].map(([what, make]): Program => ({
  section: "8",
  title: `${what} as an event's payload`,
  run: async (step) => faithful((await step.waitForEvent("wait", WAIT)).payload),
  drive: async ({ create, tried, ended }) => {
    const instance = await create();
    const sent = await tried(() => instance.sendEvent({ type: "go", payload: make() }));
    if (sent !== undefined) {
      await instance.terminate();
      return sent;
    }
    return ended(instance);
  },
  noHistory: "the history's own view of values has programs of its own",
}));

export const waits: readonly Program[] = [
  ...receives,
  ...timeouts,
  ...options,
  ...types,
  ...sizes,
  ...names,
  ...payloads,
];
