import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { WorkflowError } from "../errors.ts";
import { ModelAgent } from "./model-agent.test-support.ts";
import { currentRun, sliceOf } from "./snapshot.ts";
import { WorkflowStore } from "./workflow-store.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function connected() {
  const agent = new ModelAgent();
  const store = new WorkflowStore(() => ({ agent: "A" }), agent.open);
  store.open();
  agent.connect();
  return { agent, store };
}

/** Lets everything be served that is asked for, and everything be told that has changed. */
async function settle(agent: ModelAgent): Promise<void> {
  do await vi.advanceTimersByTimeAsync(0);
  while (agent.serve());
  agent.flush();
  await vi.advanceTimersByTimeAsync(0);
}

test("it is connecting until the state has come, live from then on, and shows the last state while it reconnects", () => {
  const agent = new ModelAgent();
  const store = new WorkflowStore(() => ({ agent: "A" }), agent.open);
  store.open();
  expect(store.getSnapshot()).toMatchObject({ connection: "connecting", state: null });
  agent.start("a");
  agent.connect();
  expect(store.getSnapshot()).toMatchObject({ connection: "live", state: { workflowInstanceId: "a" } });
  const { state } = store.getSnapshot();
  agent.cut();
  expect(store.getSnapshot()).toMatchObject({ connection: "reconnecting", connectionError: { message: "cut" } });
  expect(store.getSnapshot().state).toBe(state);
  agent.connect();
  expect(store.getSnapshot()).toMatchObject({ connection: "live", connectionError: null });
  // Nothing has happened meanwhile, so there is nothing to render.
  expect(store.getSnapshot().state?.runs[0]).toBe(state?.runs[0]);
  store.close();
  expect(store.getSnapshot().connection).toBe("closed");
});

test("listeners hear of every change, and of none once they have left", () => {
  const { agent, store } = connected();
  const listener = vi.fn<() => void>();
  const leave = store.subscribe(listener);
  agent.start("a");
  agent.flush();
  expect(listener).toHaveBeenCalledOnce();
  leave();
  agent.cut();
  expect(listener).toHaveBeenCalledOnce();
});

test("an action is pending until it is answered; what the agent refuses is the run's error until the next success", async () => {
  const { agent, store } = connected();
  agent.start("a");
  agent.flush();
  const pause = (): Promise<unknown> => store.act("pause", "a", { type: "pause", instanceId: "a" });
  const first = pause();
  expect(sliceOf(store.getSnapshot(), "a").action.pending).toEqual({ pause: 1 });
  await settle(agent);
  await first;
  expect(sliceOf(store.getSnapshot(), "a")).toMatchObject({ run: { status: "paused" }, action: { pending: {} } });

  const second = pause();
  second.catch(() => {});
  await settle(agent);
  await expect(second).rejects.toMatchObject({ code: "not_now", action: "pause", runId: "a" });
  expect(sliceOf(store.getSnapshot(), "a").action.error).toMatchObject({ code: "not_now" });
  const third = store.act("cancel", "a", { type: "cancel", instanceId: "a" });
  await settle(agent);
  await third;
  expect(sliceOf(store.getSnapshot(), "a").action.error).toBeNull();
});

test("the current run is the one that was started last, also when it has been cancelled", async () => {
  const { agent, store } = connected();
  agent.start("a");
  agent.start("b");
  agent.flush();
  expect(currentRun(store.getSnapshot().state)?.id).toBe("b");
  agent.change(1, { status: "cancelled", endedAt: 1 });
  agent.flush();
  expect(store.getSnapshot().state).toMatchObject({ status: "idle", workflowInstanceId: null });
  expect(currentRun(store.getSnapshot().state)).toMatchObject({ id: "b", status: "cancelled" });
  agent.restart(0);
  agent.flush();
  expect(currentRun(store.getSnapshot().state)?.id).toBe("a");
});

test("a run that the state does not show is asked for, kept while somebody looks at it, and asked for again", async () => {
  const { agent, store } = connected();
  for (const id of ["old", "b", "c", "d", "e"]) agent.start(id);
  agent.addResults(0, 5);
  agent.flush();
  expect(sliceOf(store.getSnapshot(), "old")).toMatchObject({ run: null, lookup: "loading" });
  const unwatch = store.watch("old");
  await settle(agent);
  expect(sliceOf(store.getSnapshot(), "old")).toMatchObject({ lookup: "found", run: { totalResults: 5 } });

  // Under way and not in the state: nobody tells of its changes.
  agent.change(0, { status: "complete", endedAt: 7 });
  await vi.advanceTimersByTimeAsync(10_000);
  await settle(agent);
  expect(sliceOf(store.getSnapshot(), "old").run).toMatchObject({ status: "complete" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(agent.inbox).toEqual([]);
  unwatch();
  expect(sliceOf(store.getSnapshot(), "old").lookup).toBe("loading");
});

test("a run that leaves the state while somebody looks at it stays shown", async () => {
  const { agent, store } = connected();
  agent.start("a");
  agent.flush();
  store.watch("a");
  for (const id of ["b", "c", "d", "e"]) agent.start(id);
  agent.flush();
  expect(sliceOf(store.getSnapshot(), "a")).toMatchObject({ lookup: "found", run: { id: "a" } });
  await settle(agent);
  expect(sliceOf(store.getSnapshot(), "a").lookup).toBe("found");
});

test("a run that does not exist is missing, until there is one of that id", async () => {
  const { agent, store } = connected();
  store.watch("x");
  await settle(agent);
  expect(sliceOf(store.getSnapshot(), "x")).toMatchObject({ run: null, lookup: "missing" });
  agent.start("x");
  agent.flush();
  expect(sliceOf(store.getSnapshot(), "x")).toMatchObject({ run: { id: "x" }, lookup: "found" });
});

test("earlier results are added page by page, and those that come meanwhile at the end", async () => {
  const { agent, store } = connected();
  agent.start("a");
  agent.addResults(0, 10);
  agent.flush();
  const range = () => sliceOf(store.getSnapshot(), "a").range;
  expect(range()).toMatchObject({ from: 7 });
  const load = store.loadEarlier("a", 4);
  expect(sliceOf(store.getSnapshot(), "a").action.pending).toEqual({ load: 1 });
  agent.addResults(0, 5);
  await settle(agent);
  await load;
  await settle(agent);
  expect(range()?.from).toBe(3);
  expect(range()?.items).toEqual(Array.from({ length: 12 }, (_, n) => `a ${3 + n}`));
  await Promise.all([store.loadEarlier("a", 200), settle(agent)]);
  expect(range()).toMatchObject({ from: 0 });
});

test("results that were missed while the connection was lost are fetched, and what was loaded stays", async () => {
  const { agent, store } = connected();
  agent.start("a");
  agent.addResults(0, 10);
  agent.flush();
  await Promise.all([store.loadEarlier("a", 50), settle(agent)]);
  agent.cut();
  agent.addResults(0, 300);
  agent.connect();
  expect(sliceOf(store.getSnapshot(), "a").range?.items).toHaveLength(10);
  await settle(agent);
  expect(sliceOf(store.getSnapshot(), "a").range?.items).toEqual(agent.runs[0]?.all);
});

test("a delta about what is not known makes it ask for the whole state", async () => {
  const { agent, store } = connected();
  agent.start("a");
  agent.flush();
  const lone = { type: "state_delta", current: "b", totalRuns: 2, changed: [{ id: "b", progress: 5 }] };
  agent.start("b");
  agent.say(lone);
  expect(agent.inbox.map(({ type }) => type)).toEqual(["sync"]);
  agent.say(lone);
  expect(agent.inbox).toHaveLength(1);
  agent.serve();
  expect(store.getSnapshot().state).toEqual(agent.state());
});

test("a connection that answers nothing is made anew", async () => {
  const { agent, store } = connected();
  agent.start("a");
  agent.flush();
  const asked = store.act("cancel", "a", { type: "cancel", instanceId: "a" });
  asked.catch(() => {});
  await vi.advanceTimersByTimeAsync(60_000);
  await expect(asked).rejects.toMatchObject({ code: "timeout" });
  expect(store.getSnapshot().connection).toBe("reconnecting");
});

test("an agent of another kind is refused with a word on what is needed", async () => {
  const { agent, store } = connected();
  agent.say({ type: "cf_agent_state", state: { counter: 1 } });
  expect(store.getSnapshot()).toMatchObject({ connection: "closed" });
  expect(store.getSnapshot().connectionError?.message).toMatch(/WorkflowAgent/);
  await expect(store.act("pause", "a", { type: "pause", instanceId: "a" })).rejects.toMatchObject({ code: "closed" });
});

// What may happen, in any order. Places of runs are taken modulo how many there are.
type Happening =
  | ["agent starts" | "agent restarts" | "agent ends" | "client cancels" | "client restarts" | "client loads", number]
  | ["agent adds results", number, number]
  | ["client starts" | "client pauses" | "client sends an event", number]
  | ["served" | "served, answer lost" | "flushed" | "cut" | "connected", number];

const happening = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      ...([
        "agent starts",
        "agent restarts",
        "agent ends",
        "client cancels",
        "client restarts",
        "client loads",
      ] as const),
    ),
    fc.nat(8),
  ),
  fc.tuple(fc.constant("agent adds results" as const), fc.nat(8), fc.integer({ min: 1, max: 12 })),
  fc.tuple(fc.constantFrom(...(["client starts", "client pauses", "client sends an event"] as const)), fc.nat(8)),
  fc.tuple(
    fc.constantFrom(
      ...(["served", "served", "served, answer lost", "flushed", "flushed", "cut", "connected"] as const),
    ),
    fc.nat(8),
  ),
);

test("whatever happens in whatever order, in the end it shows the agent's own state, and every promise has told the truth", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 60 }), async (story) => {
      const { agent, store } = connected();
      store.watch("run 0");
      const promises = new Map<string, Promise<"yes" | WorkflowError>>();
      const told = (name: string, promise: Promise<unknown>): void => {
        promises.set(
          name,
          promise.then(
            () => "yes" as const,
            (error: WorkflowError) => error,
          ),
        );
      };
      let count = 0;
      for (const [what, number, more = 0] of story as [Happening[0], number, number?][]) {
        const place = agent.runs.length === 0 ? 0 : number % agent.runs.length;
        const id = agent.runs[place]?.id ?? "none";
        if (what === "agent starts") agent.start(`run ${agent.runs.length}`);
        else if (what === "agent restarts") agent.restart(place);
        else if (what === "agent ends") agent.change(place, { status: "complete", progress: 100, endedAt: 1 });
        else if (what === "agent adds results") agent.addResults(place, more);
        else if (what === "client starts") {
          const mine = `client ${count++}`;
          told(`start ${mine}`, store.act("start", "", { type: "start", instanceId: mine }));
        } else if (what === "client sends an event") {
          const mine = `event-${count++}`;
          told(`event ${mine}`, store.act("send", id, { type: "sendEvent", instanceId: id, event: { type: mine } }));
        } else if (what === "client pauses")
          told(`${count++}`, store.act("pause", id, { type: "pause", instanceId: id }));
        else if (what === "client cancels")
          told(`${count++}`, store.act("cancel", id, { type: "cancel", instanceId: id }));
        else if (what === "client restarts")
          told(`${count++}`, store.act("restart", id, { type: "restart", instanceId: id }));
        else if (what === "client loads") told(`${count++}`, store.loadEarlier(id, more + 1));
        else if (what === "served") agent.serve();
        else if (what === "served, answer lost") agent.serve(false);
        else if (what === "flushed") agent.flush();
        else if (what === "cut") agent.cut();
        else agent.connect();
        await vi.advanceTimersByTimeAsync(0);
      }
      // Answers that were lost without their connection are given up after a while, and the connection with them.
      for (let n = 0; n < 4; n++) {
        agent.connect();
        await settle(agent);
        await vi.advanceTimersByTimeAsync(40_000);
      }
      agent.connect();
      await settle(agent);

      const snapshot = store.getSnapshot();
      expect(snapshot.connection).toBe("live");
      expect(snapshot.state).toEqual(agent.state());
      expect(sliceOf(snapshot, "run 0").run).toEqual(agent.view("run 0") ?? null);
      for (const [id, range] of snapshot.ranges) {
        const all = agent.runs.find((run) => run.id === id)?.all ?? [];
        const end = range.from + range.items.length;
        expect(range.items).toEqual(all.slice(range.from, end));
        // Runs that the state does not show are told of by nobody; those that it shows are complete.
        if (snapshot.state?.runs.some((run) => run.id === id) === true) expect(end).toBe(all.length);
      }
      expect(store.isBusy).toBe(false);
      expect([...snapshot.actions.values()].flatMap(({ pending }) => Object.keys(pending))).toEqual([]);
      for (const [name, promise] of promises) {
        const outcome = await promise;
        const [kind, mine] = [name.slice(0, 6), name.slice(6)];
        if (kind === "start ") {
          const times = agent.runs.filter(({ id }) => id === mine).length;
          if (outcome === "yes") expect(times).toBe(1);
          else expect(times).toBeLessThanOrEqual(isUnknown(outcome) ? 1 : 0);
        } else if (kind === "event ") {
          const times = agent.events.filter((event) => event.endsWith(` ${mine}`)).length;
          if (outcome === "yes") expect(times).toBe(1);
          else expect(times).toBeLessThanOrEqual(outcome.code === "lost" || isUnknown(outcome) ? 1 : 0);
        }
      }
      store.close();
    }),
    { numRuns: 300 },
  );
}, 60_000);

/** Whether an error says that nobody knows if it was done. */
function isUnknown({ code }: WorkflowError): boolean {
  return code === "lost" || code === "timeout";
}
