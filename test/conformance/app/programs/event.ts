import { faithful } from "../faithful.ts";
import type { Program } from "../program.ts";
import { valueKinds } from "../values.ts";

const facts: readonly Program[] = [
  {
    section: "5.1",
    title: "own keys of the event",
    run: (_step, event) => Object.keys(event).toSorted(),
  },
  { section: "5.1", title: "own keys of the event, in order", run: (_step, event) => Object.keys(event) },
  { section: "5.1", title: "timestamp is a Date", run: (_step, event) => event.timestamp instanceof Date },
  {
    section: "5.1",
    title: "timestamp is the time of creation",
    run: (_step, event) => event.timestamp.getTime(),
    drive: async ({ result }) => {
      const before = Date.now();
      const { output } = await result();
      return Number(output) >= before - 5 && Number(output) <= Date.now() + 5;
    },
    noHistory: "its output is a time of the clock",
  },
  {
    section: "5.1",
    title: "instanceId is the id",
    run: (_step, event) => event.instanceId,
  },
  { section: "5.1", title: "workflowName is the configured name", run: (_step, event) => event.workflowName },
  {
    section: "5.1",
    title: "the event is not frozen",
    run: (_step, event) => {
      Reflect.set(event, "mine", 1);
      return [Object.isFrozen(event), Reflect.get(event, "mine")];
    },
  },
  {
    section: "5.1",
    title: "the event can be spread",
    run: (_step, event) => Object.keys({ ...event }).toSorted(),
    drive: ({ result }) => result({ n: 1 }),
  },
  {
    section: "5.1",
    title: "a change of the payload is not seen by a replay",
    run: async (step, event) => {
      const payload = event.payload as { list: number[] };
      payload.list.push(2);
      await step.do("a", () => 1);
      await step.do("b", () => 1);
      return payload.list;
    },
    drive: async ({ create, ended }) => {
      const instance = await create({ params: { list: [1] } });
      const first = await ended(instance);
      await instance.restart({ from: { name: "b" } });
      return [first, await ended(instance)];
    },
  },
  {
    section: "5.1",
    title: "the same event on every replay",
    run: async (step, event) => {
      const seen = await step.do("a", () => event.timestamp.getTime());
      await step.sleep("nap", 10);
      await step.do("b", () => 1);
      return seen === event.timestamp.getTime();
    },
    drive: async ({ create, ended }) => {
      const instance = await create();
      await ended(instance);
      await instance.restart({ from: { name: "b" } });
      return ended(instance);
    },
    noHistory: "times of the clock are among its outputs",
  },
];

const params = valueKinds.map(([what, make]): Program => ({
  section: "5.1",
  title: `${what} as params`,
  run: (_step, event) => faithful(event.payload),
  drive: async ({ tried, result }) => tried(() => result(make())),
  noHistory: "the history's own view of values has programs of its own",
}));

export const event: readonly Program[] = [...facts, ...params];
