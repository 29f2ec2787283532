import type { Program } from "../program.ts";

export const sdk: readonly Program[] = [
  {
    section: "15",
    title: "the binding is found as the Agents SDK finds it",
    drive: ({ binding }) => typeof binding === "object" && "create" in binding && "get" in binding,
  },
  {
    section: "15",
    title: "step takes further properties",
    run: async (step) => {
      Reflect.set(step, "reportComplete", () => "reported");
      const report: unknown = Reflect.get(step, "reportComplete");
      await step.do("a", () => 1);
      return typeof report === "function" ? String(report()) : typeof report;
    },
  },
  {
    section: "15",
    title: "do may be called with another this",
    run: async (step) => {
      const run: unknown = Reflect.get(step, "do");
      if (typeof run !== "function") return typeof run;
      const wrapped = (...args: unknown[]): unknown => Reflect.apply(run, step, args);
      return wrapped("a", () => "through");
    },
  },
  {
    section: "15",
    title: "methods taken off step work",
    run: async (step) => {
      const { sleep } = step;
      const { do: act } = step;
      await sleep("nap", 1);
      return act("a", () => "detached");
    },
  },
  {
    section: "15",
    title: "a property named like a method can be put over it",
    run: async (step) => {
      const original = step.do.bind(step);
      Reflect.set(step, "do", (name: string, callback: () => unknown) => original(`__${name}`, callback));
      return step.do("a", ({ step: { name } }) => name);
    },
  },
  {
    section: "15",
    title: "plain payloads can be taken apart",
    run: (_step, event) => {
      const { n, ...rest } = event.payload as { n: number; a: number };
      return [n, rest, Object.getPrototypeOf(event.payload) === Object.prototype];
    },
    drive: ({ result }) => result({ n: 1, a: 2 }),
  },
  {
    section: "15",
    title: "a received event may be disposed of where that is there",
    run: async (step) => {
      const event = await step.waitForEvent("wait", { type: "go", timeout: "30 seconds" });
      const dispose: unknown = Reflect.get(event, Symbol.dispose);
      const { payload } = event;
      if (typeof dispose === "function") Reflect.apply(dispose, event, []);
      return payload;
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await instance.sendEvent({ type: "go", payload: { n: 1 } });
      return ended(instance);
    },
  },
  {
    section: "15",
    title: "a new instance of the class for each run",
    run: async (step, _event, { nth }) => {
      await step.do("a", () => nth("a"));
      return "done";
    },
  },
  {
    section: "15",
    title: "status, then the same call three times over",
    drive: async ({ create, ended }) => {
      const instance = await create();
      await ended(instance);
      const statuses = [await instance.status(), await instance.status(), await instance.status()];
      return statuses.map(({ status, output }) => [status, output]);
    },
  },
];
