import { AgentClient } from "agents/client";
import { expect, test } from "vitest";
import { type AgentOptions, kebabCase, keyOf, placeOf, queryOf } from "./address.ts";

const PAGE = { host: "page.example", protocol: "https:" };

test.each([
  "ImportAgent",
  "import-agent",
  "IMPORT_AGENT",
  "importAgent",
  "HTTPAgent",
  "A",
  "my_agent_",
  "_Private",
  "Agent2",
])("%s is written in an address as the Agents SDK writes it", (agent) => {
  const client = new AgentClient({ agent, host: "localhost", startClosed: true });
  expect(kebabCase(agent)).toBe(client.agent);
});

test.each<[string, string | undefined, { host: string; protocol?: string }]>([
  ["where the page comes from", undefined, { host: "page.example", protocol: "wss" }],
  ["a secure origin", "https://app.example", { host: "app.example", protocol: "wss" }],
  ["a plain origin", "http://box.lan:8787/", { host: "box.lan:8787", protocol: "ws" }],
  ["a socket's address", "ws://box.lan", { host: "box.lan", protocol: "ws" }],
  ["a path below an origin", "https://app.example/pawl/", { host: "app.example/pawl", protocol: "wss" }],
  ["a host without scheme", "localhost:8787", { host: "localhost:8787" }],
  ["the page's own host", "page.example", { host: "page.example", protocol: "wss" }],
])("the agent is looked for at %s", (_what, host, place) => {
  const options = { agent: "ImportAgent", ...(host !== undefined && { host }) };
  expect(placeOf(options, PAGE)).toEqual({ ...place, prefix: "agents", party: "import-agent", room: "default" });
});

test("a page that came over plain HTTP connects without TLS, to a host on the network as well", () => {
  expect(placeOf({ agent: "A" }, { host: "box.lan:8787", protocol: "http:" })).toMatchObject({ protocol: "ws" });
});

test("a server that chooses the instance has a path of its own", () => {
  expect(placeOf({ agent: "A", basePath: "me" }, PAGE)).toEqual({ host: PAGE.host, protocol: "wss", basePath: "me" });
});

test.each(["a/b", "a?b", "a#b", ""])("the name %j cannot be part of an address", (name) => {
  expect(() => placeOf({ agent: "A", name }, PAGE)).toThrow(/name/);
});

test("without a page there must be a host, and it must be one", () => {
  expect(() => placeOf({ agent: "A" }, undefined)).toThrow(/give useWorkflow a `host`/);
  expect(() => placeOf({ agent: "A", host: "https://" }, undefined)).toThrow(/is no host/);
});

const BASE: AgentOptions = { agent: "ImportAgent", name: "a", token: () => "t" };

test.each<[string, AgentOptions, boolean]>([
  ["another way to write the class", { ...BASE, agent: "import-agent" }, true],
  ["another function for the token", { ...BASE, token: () => "u" }, true],
  ["the default name said", { agent: "ImportAgent", name: "default" }, false],
  ["another name", { ...BASE, name: "b" }, false],
  ["another host", { ...BASE, host: "https://x.example" }, false],
  ["a token in place of a function", { ...BASE, token: "t" }, false],
  ["another user", { ...BASE, session: "bob" }, false],
  ["more in the query", { ...BASE, query: { team: "1" } }, false],
  ["another path", { ...BASE, basePath: "x" }, false],
])("%s shares the connection or not", (_what, options, shares) => {
  expect(keyOf(options) === keyOf(BASE)).toBe(shares);
});

test("two tokens are two users, and the order in a query says nothing", () => {
  expect(keyOf({ ...BASE, query: { a: "1", b: "2" } })).toBe(keyOf({ ...BASE, query: { b: "2", a: "1" } }));
  expect(keyOf({ ...BASE, token: "ada" })).not.toBe(keyOf({ ...BASE, token: "bob" }));
  expect(keyOf({ agent: "A" })).toBe(keyOf({ agent: "A", name: "default" }));
});

test("the query has the token as it is at that moment, what is given besides, and asks for deltas", async () => {
  let count = 0;
  const options = { agent: "A", query: { team: "7", gone: null }, token: async () => `t${++count}` };
  expect(await queryOf(options)).toEqual({ team: "7", token: "t1", _deltas: "1" });
  expect(await queryOf(options)).toMatchObject({ token: "t2" });
  expect(await queryOf({ agent: "A", token: () => null })).toEqual({ _deltas: "1" });
  expect(await queryOf({ agent: "A", query: { token: "q" } })).toMatchObject({ token: "q" });
  await expect(queryOf({ agent: "A", token: () => Promise.reject(new Error("signed out")) })).rejects.toThrow(
    "signed out",
  );
});
