import { NonRetryableError } from "cloudflare:workflows";
import { described, type Program, tried } from "../program.ts";

class NamedError extends Error {
  override name = "NamedError";
  code = 7;
}

class UnnamedError extends Error {}

class SubTypeError extends TypeError {
  override name = "SubTypeError";
}

const thrown = (value: unknown) => (): never => {
  throw value;
};

/** What may be thrown. */
const KINDS: readonly (readonly [what: string, make: () => unknown])[] = [
  ["an Error", () => new Error("boom")],
  ["an Error without a message", () => new Error("")],
  ["a TypeError", () => new TypeError("boom")],
  ["a RangeError", () => new RangeError("boom")],
  ["a SyntaxError", () => new SyntaxError("boom")],
  ["a ReferenceError", () => new ReferenceError("boom")],
  ["a URIError", () => new URIError("boom")],
  ["an EvalError", () => new EvalError("boom")],
  ["an AggregateError", () => new AggregateError([new Error("inner")], "boom")],
  ["a DOMException", () => new DOMException("boom", "AbortError")],
  ["an own class with a name", () => new NamedError("boom")],
  ["an own class without a name", () => new UnnamedError("boom")],
  ["an own class of a TypeError", () => new SubTypeError("boom")],
  ["an Error whose name was set", () => Object.assign(new Error("boom"), { name: "Renamed" })],
  ["an Error with a cause", () => new Error("boom", { cause: new Error("why") })],
  ["an Error with a long message", () => new Error("x".repeat(5000))],
  ["text", () => "text"],
  ["a number", () => 42],
  ["an object", () => ({ code: 1 })],
  ["null", () => null],
  ["undefined", () => undefined],
  ["a NonRetryableError", () => new NonRetryableError("nope")],
  ["a NonRetryableError without a message", () => new NonRetryableError("")],
  ["a NonRetryableError with a name of its own", () => new NonRetryableError("nope", "Custom")],
  ["an Error whose message begins with NonRetryableError", () => new Error("NonRetryableError xyz")],
  ["an Error called NonRetryableError", () => Object.assign(new Error("nope"), { name: "NonRetryableError" })],
  ["an Error whose message contains NonRetryableError", () => new Error("a NonRetryableError")],
];

const ONE_RETRY = { retries: { limit: 1, delay: 1 } };

const caught: readonly Program[] = KINDS.map(([what, make]): Program => ({
  section: what.includes("NonRetryable") ? "6.8" : "6.9",
  title: `${what} thrown by a callback, caught in run`,
  rawNames: true,
  run: async (step, _event, { trace }) => {
    const seen = await tried(() =>
      step.do("fails", ONE_RETRY, ({ attempt }) => {
        trace(`attempt ${attempt}`);
        return thrown(make())();
      }),
    );
    await step.do("next", () => 1);
    return seen;
  },
}));

const uncaught: readonly Program[] = KINDS.map(([what, make]): Program => ({
  section: what.includes("NonRetryable") ? "6.8" : "6.9",
  title: `${what} thrown by a callback`,
  rawNames: true,
  run: (step, _event, { trace }) =>
    step.do("fails", ONE_RETRY, ({ attempt }) => {
      trace(`attempt ${attempt}`);
      return thrown(make())();
    }),
}));

const top: readonly Program[] = KINDS.map(([what, make]): Program => ({
  section: "5.2",
  title: `${what} thrown by run`,
  rawNames: true,
  run: async (step) => {
    await step.do("before", () => 1);
    throw make();
  },
}));

const old: readonly Program[] = KINDS.filter(([what]) => what.includes("NonRetryable")).flatMap(
  ([what, make]): Program[] => [
    {
      section: "6.8",
      title: `before 2026-05-14: ${what} thrown by a callback`,
      date: "old",
      run: (step) => step.do("fails", ONE_RETRY, thrown(make())),
    },
    {
      section: "6.8",
      title: `before 2026-05-14, caught: ${what}`,
      date: "old",
      run: async (step) => {
        const seen = await tried(() => step.do("fails", ONE_RETRY, thrown(make())));
        await step.do("next", () => 1);
        return seen;
      },
    },
    {
      section: "6.8",
      title: `before 2026-05-14: ${what} thrown by run`,
      date: "old",
      run: async (step) => {
        await step.do("before", () => 1);
        throw make();
      },
    },
  ],
);

/** Names and own properties of errors, before they were kept between objects. */
const legacy: readonly Program[] = KINDS.flatMap(([what, make]): Program[] => [
  {
    section: what.includes("NonRetryable") ? "6.8" : "6.9",
    title: `before 2026-04-21, caught: ${what}`,
    date: "legacy",
    rawNames: true,
    run: async (step, _event, { trace }) => {
      const seen = await tried(() =>
        step.do("fails", ONE_RETRY, ({ attempt }) => {
          trace(`attempt ${attempt}`);
          return thrown(make())();
        }),
      );
      await step.do("next", () => 1);
      return seen;
    },
  },
  {
    section: what.includes("NonRetryable") ? "6.8" : "6.9",
    title: `before 2026-04-21, not caught: ${what}`,
    date: "legacy",
    rawNames: true,
    run: (step) => step.do("fails", { retries: { limit: 0, delay: 0 } }, thrown(make())),
  },
  {
    section: "5.2",
    title: `before 2026-04-21, by run: ${what}`,
    date: "legacy",
    rawNames: true,
    run: () => {
      throw make();
    },
  },
]);

const shapes: readonly Program[] = [
  {
    section: "6.9",
    title: "own properties of an error are lost",
    run: async (step) => {
      try {
        return await step.do("fails", { retries: { limit: 0, delay: 0 } }, thrown(new NamedError("boom")));
      } catch (error) {
        return [Reflect.get(error as object, "code") ?? "no code", error instanceof NamedError, error instanceof Error];
      }
    },
  },
  {
    section: "6.9",
    title: "an error looks the same on a replay",
    run: async (step) => {
      const seen = await tried(() =>
        step.do("fails", { retries: { limit: 0, delay: 0 } }, thrown(new NamedError("boom"))),
      );
      await step.do("next", () => 1);
      return seen;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      const first = await ended(instance);
      await instance.restart({ from: { name: "next" } });
      return [first, await ended(instance)];
    },
  },
  {
    section: "6.9",
    title: "an error that run throws on: the run's error",
    run: async (step) => {
      try {
        await step.do("fails", { retries: { limit: 0, delay: 0 } }, thrown(new NamedError("boom")));
      } catch (error) {
        throw new Error(`wrapped ${described(error)}`, { cause: error });
      }
    },
  },
  {
    section: "6.8",
    title: "a caught NonRetryableError: the run goes on",
    run: async (step, _event, { trace }) => {
      const seen = await tried(() =>
        step.do("final", () => {
          trace("final");
          throw new NonRetryableError("nope");
        }),
      );
      return [seen, await step.do("next", () => "next")];
    },
  },
  {
    section: "6.8",
    title: "a caught NonRetryableError is not called again on a replay",
    run: async (step, _event, { trace }) => {
      const seen = await tried(() =>
        step.do("final", ({ attempt }) => {
          trace(`final ${attempt}`);
          throw new NonRetryableError("nope");
        }),
      );
      await step.do("next", () => 1);
      return seen;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      const first = await ended(instance);
      await instance.restart({ from: { name: "next" } });
      return [first, await ended(instance)];
    },
  },
  {
    section: "6.8",
    title: "a NonRetryableError on the second attempt ends the retries",
    run: async (step, _event, { trace }) =>
      tried(() =>
        step.do("final", { retries: { limit: 4, delay: 1 } }, ({ attempt }) => {
          trace(`attempt ${attempt}`);
          if (attempt === 2) throw new NonRetryableError("enough");
          throw new Error("again");
        }),
      ),
  },
  {
    section: "6.8",
    title: "what a NonRetryableError is",
    run: (step) =>
      step.do("look", () => {
        const error = new NonRetryableError("nope");
        return [error instanceof Error, error.name, error.message, new NonRetryableError("a", "B").name];
      }),
  },
];

export const failures: readonly Program[] = [...caught, ...uncaught, ...top, ...old, ...legacy, ...shapes];
