import { faithful } from "../faithful.ts";
import { type Program, tried } from "../program.ts";
import { unkeepable, valueKinds } from "../values.ts";

const NO_RETRY = { retries: { limit: 0, delay: 0 } };

/** First as `run` receives it, then as a replay does. */
const kept: readonly Program[] = valueKinds.map(([what, make]): Program => ({
  section: "6.10",
  title: `${what} as a step's result`,
  run: async (step) => {
    const value = await tried(() => step.do("value", NO_RETRY, make));
    await step.do("after", () => 1);
    return faithful(value);
  },
  drive: async ({ create, ended, tried }) => {
    const instance = await create();
    const first = await ended(instance);
    const restart = await tried(() => instance.restart({ from: { name: "after" } }));
    return { first, restart, replayed: await ended(instance) };
  },
  noHistory: "the history's own view of values has programs of its own",
}));

const notKept: readonly Program[] = unkeepable.map(([what, make]): Program => ({
  section: "6.10",
  title: `${what} as a step's result`,
  run: async (step, _event, { trace }) => {
    const seen = await tried(() =>
      step.do("value", { retries: { limit: 1, delay: 1 } }, ({ attempt }) => {
        trace(`attempt ${attempt}`);
        return make();
      }),
    );
    return ["went on", faithful(seen)];
  },
  noHistory: "the history's own view of values has programs of its own",
}));

const sizes: readonly Program[] = [
  {
    section: "6.10",
    title: "a result of 1,000,000 characters",
    run: async (step) => (await step.do("large", NO_RETRY, () => "x".repeat(1_000_000))).length,
    noHistory: "it would hold a million characters",
  },
  {
    section: "6.10",
    title: "a result of exactly 1 MiB",
    run: async (step) => (await step.do("large", NO_RETRY, () => "x".repeat(1024 * 1024))).length,
    noHistory: "it would hold a million characters",
  },
  {
    section: "6.10",
    title: "a result of 900,000 characters that JSON writes with six each",
    run: async (step) => (await step.do("large", NO_RETRY, () => "\u0001".repeat(900_000))).length,
    noHistory: "it would hold a million characters",
  },
  {
    section: "6.10",
    title: "a result of 90,000 fractions",
    run: async (step) =>
      (await step.do("large", NO_RETRY, () => Array.from({ length: 90_000 }, (_, i) => i / 7))).length,
    noHistory: "it would hold as many numbers",
  },
  {
    section: "6.10",
    title: "a short view of a buffer above 1 MiB",
    run: async (step) => {
      const seen = await tried(() => step.do("view", NO_RETRY, () => new Uint8Array(3 * 1024 * 1024).subarray(0, 5)));
      return seen instanceof Uint8Array ? seen.length : String(seen);
    },
    noHistory: "it would hold a million numbers",
  },
  {
    section: "6.10",
    title: "a result above 1 MiB",
    run: async (step) => {
      const seen = await tried(() => step.do("large", NO_RETRY, () => "x".repeat(1024 * 1024 + 10)));
      return String(seen).slice(0, 200);
    },
    noHistory: "it would hold a million characters",
  },
  {
    section: "6.10",
    title: "a result of 10 MiB",
    run: async (step) => {
      const seen = await tried(() => step.do("large", NO_RETRY, () => "x".repeat(10 * 1024 * 1024)));
      return String(seen).slice(0, 200);
    },
    noHistory: "it would hold ten million characters",
  },
  {
    section: "6.10",
    title: "bytes of 900,000",
    run: async (step) => (await step.do("large", NO_RETRY, () => new Uint8Array(900_000))).byteLength,
    noHistory: "it would hold a million numbers",
  },
];

const SHOWN: readonly (readonly [what: string, value: unknown])[] = [
  ["text", "text"],
  ["a number", 5],
  ["an object", { a: [1, { b: null }] }],
  ["a Map", new Map([["a", 1]])],
  ["a Date", new Date(0)],
  ["a Uint8Array", new Uint8Array([1, 2])],
  ["undefined", undefined],
  ["null", null],
  ["a BigInt", 5n],
];

/** What `subscribe` shows of a result. */
const shown: readonly Program[] = SHOWN.map(([what, value]): Program => ({
  section: "6.10",
  title: `${what} in the history`,
  run: (step) => step.do("value", () => value),
  drive: async ({ result }) => (await result()).status,
}));

const shownOtherwise: readonly Program[] = [
  {
    section: "6.10",
    title: "a function, refused, in the history",
    run: (step) => step.do("value", () => () => 1),
  },
  {
    section: "6.11",
    title: "a stream in the history",
    run: async (step) => {
      await step.do("value", () => new Response("text").body);
    },
  },
];

export const results: readonly Program[] = [...kept, ...notKept, ...sizes, ...shown, ...shownOtherwise];
