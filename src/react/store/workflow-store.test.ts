import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connected, ModelAgent, settle } from "./model-agent.test-support.ts";
import { currentRun, sliceOf } from "./snapshot.ts";
import { WorkflowStore } from "./workflow-store.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

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
