import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AgentOptions } from "./address.ts";
import { Registry } from "./registry.ts";
import type { SocketListener } from "./socket.ts";
import { WorkflowStore } from "./workflow-store.ts";
import { stateOf } from "./run-view.test-support.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const options = (): AgentOptions => ({ agent: "A" });

function page() {
  const sockets: { listener: SocketListener; options: () => AgentOptions; isOpen: boolean; sent: string[] }[] = [];
  const registry = new Registry(
    (newest) =>
      new WorkflowStore(newest, (options, listener) => {
        const socket = { listener, options, isOpen: true, sent: [] as string[] };
        sockets.push(socket);
        return {
          send: (text) => void socket.sent.push(text),
          reconnect: () => {},
          close: () => {
            socket.isOpen = false;
          },
        };
      }),
  );
  return { registry, sockets };
}

test("all who ask for the same share one connection, which closes a moment after the last has gone", () => {
  const { registry, sockets } = page();
  const first = registry.acquire("k", options);
  const second = registry.acquire("k", options);
  expect(second.store).toBe(first.store);
  expect(sockets).toHaveLength(1);
  first.release();
  first.release();
  vi.advanceTimersByTime(60_000);
  expect(sockets[0]?.isOpen).toBe(true);
  second.release();
  expect(sockets[0]?.isOpen).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(sockets[0]?.isOpen).toBe(false);
  expect(registry.find("k")).toBeUndefined();
});

test("unmounted and mounted again at once, as StrictMode does, the connection stays", () => {
  const { registry, sockets } = page();
  registry.acquire("k", options).release();
  const again = registry.acquire("k", options);
  vi.advanceTimersByTime(60_000);
  expect(sockets).toHaveLength(1);
  expect(sockets[0]?.isOpen).toBe(true);
  expect(registry.find("k")).toBe(again.store);
});

test("whoever asks for something else gets a connection of its own", () => {
  const { registry, sockets } = page();
  registry.acquire("k", options);
  registry.acquire("other", options);
  expect(sockets).toHaveLength(2);
});

test("looking for a store makes none", () => {
  const { registry, sockets } = page();
  expect(registry.find("k")).toBeUndefined();
  expect(sockets).toEqual([]);
});

test("the token is that of the one who asked last", () => {
  const { registry, sockets } = page();
  registry.acquire("k", () => ({ agent: "A", session: "old" }));
  registry.acquire("k", () => ({ agent: "A", session: "new" }));
  expect(sockets[0]?.options()).toMatchObject({ session: "new" });
});

test("what was asked for is answered before the connection closes, though nobody is there any more", async () => {
  const { registry, sockets } = page();
  const { store, release } = registry.acquire("k", options);
  sockets[0]?.listener.received(JSON.stringify({ type: "cf_agent_state", state: stateOf([]) }));
  const asked = store.act("cancel", "run-1", { type: "cancel", instanceId: "run-1" });
  release();
  vi.advanceTimersByTime(5000);
  expect(sockets[0]?.isOpen).toBe(true);
  const { requestId } = JSON.parse(sockets[0]?.sent[0] ?? "{}") as { requestId: string };
  sockets[0]?.listener.received(JSON.stringify({ type: "done", request: "cancel", instanceId: "run-1", requestId }));
  await asked;
  vi.advanceTimersByTime(5000);
  expect(sockets[0]?.isOpen).toBe(false);
});

test("a connection that the server has refused is tried again by whoever comes next", () => {
  const { registry, sockets } = page();
  const { store } = registry.acquire("k", options);
  sockets[0]?.listener.refused(new Error("signed out"));
  expect(store.getSnapshot()).toMatchObject({ connection: "closed", connectionError: { message: "signed out" } });
  registry.acquire("k", options);
  expect(sockets).toHaveLength(2);
  expect(store.getSnapshot()).toMatchObject({ connection: "connecting", connectionError: null });
});
