import { expect, test, describe } from "vitest";
import type { Bundle, Project } from "../../compiler/index.ts";
import { socketAddress, workerdConfig, type WorkerdConfigInput } from "./workerd-config.ts";

const PROJECT: Project = {
  root: "/app",
  configPath: "/app/wrangler.jsonc",
  name: "shop",
  main: "/app/src/index.ts",
  compatibilityDate: "2026-06-11",
  compatibilityFlags: [],
  durableObjects: [],
  sqliteClasses: [],
  workflows: [],
  vars: {},
  secretNames: [],
  sources: [],
  notes: [],
};

const BUNDLE: Bundle = {
  outDir: "/data/build",
  modules: [{ name: "index.js", kind: "esModule" }],
  sourceMap: "/data/build/worker/index.js.map",
  compatibilityDate: "2026-06-11",
  compatibilityFlags: ["nodejs_compat"],
  durableObjectClasses: ["Cart", "WorkflowEngine"],
};

function config(project: Partial<Project> = {}, more: Partial<WorkerdConfigInput> = {}) {
  const result = workerdConfig({
    project: { ...PROJECT, ...project },
    bundle: BUNDLE,
    shards: 8,
    storagePath: "/data/do",
    sources: { door: [{ name: "door.js", text: "export default {}" }], emptyCache: "export default {}" },
    doorToken: "token",
    address: { host: "127.0.0.1", port: 8787 },
    ...more,
  });
  // On one line, so that what is expected does not depend on where lines are broken.
  const text = result.text
    .replaceAll(/\s*\n\s*/g, " ")
    .replaceAll("( ", "(")
    .replaceAll(" )", ")")
    .replaceAll("[ ", "[")
    .replaceAll(" ]", "]");
  return { ...result, text };
}

const WORKFLOWS = [{ binding: "ORDER", name: "order", className: "Order" }];

test("V8 is given a small young generation, and a bound of its heap where one is asked for", () => {
  expect(config().text).toContain('v8Flags = ["--max-semi-space-size=4"]');
  expect(config({}, { maxHeapMib: 512 }).text).toContain(
    'v8Flags = ["--max-semi-space-size=4", "--max-old-space-size=512"]',
  );
});

describe("the configuration has", () => {
  test.each<[string, Partial<Project>, string]>([
    ["a text variable as text", { vars: { A: 'x"y' } }, '(name = "A", text = "x\\"y")'],
    ["any other variable as JSON", { vars: { A: { b: [1, null] } } }, '(name = "A", json = "{\\"b\\":[1,null]}")'],
    [
      "a secret from the environment",
      { vars: { A: "1", KEY: "hush" }, secretNames: ["KEY"] },
      '(name = "KEY", fromEnvironment = "PAWL_SECRET_0")',
    ],
    [
      "a Durable Object's binding",
      { durableObjects: [{ binding: "CARTS", className: "Cart" }] },
      '(name = "CARTS", durableObjectNamespace = "Cart")',
    ],
    [
      "a key for a class that does not depend on its binding",
      { durableObjects: [{ binding: "CARTS", className: "Cart" }] },
      '(className = "Cart", uniqueKey = "shop-Cart", enableSql = true)',
    ],
    [
      "a namespace for a class that only a migration names",
      { sqliteClasses: ["Cart"] },
      'durableObjectNamespaces = [(className = "Cart", uniqueKey = "shop-Cart", enableSql = true)]',
    ],
    [
      "the engine, kept in memory, for workflows",
      { workflows: WORKFLOWS },
      '(className = "WorkflowEngine", uniqueKey = "shop-WorkflowEngine", enableSql = true, preventEviction = true)',
    ],
    [
      "the engine's binding, for workflows",
      { workflows: WORKFLOWS },
      '(name = "PAWL_ENGINE", durableObjectNamespace = "WorkflowEngine")',
    ],
    [
      "the way from the door to the engine, for workflows",
      { workflows: WORKFLOWS },
      'durableObjectNamespace = (className = "WorkflowEngine", serviceName = "main")',
    ],
    ["private addresses allowed", {}, 'network = (allow = ["public", "private"]'],
    ["its data on the disk", {}, 'durableObjectStorage = (localDisk = "storage")'],
    ["no compression of WebSocket messages", {}, 'compatibilityFlags = ["nodejs_compat", "no_web_socket_compression"]'],
    ["the modules by reference", {}, '(name = "index.js", esModule = embed "worker/index.js")'],
    ["the Worker at the socket", {}, '(name = "app", address = "127.0.0.1:8787", http = (), service = "main")'],
    [
      "assets at the socket, when there are any",
      { assets: { directory: "/app/public", notFoundHandling: "none", htmlHandling: "none", runWorkerFirst: true } },
      '(name = "app", address = "127.0.0.1:8787", http = (), service = "assets")',
    ],
    [
      "the assets' binding",
      {
        assets: {
          directory: "/app/public",
          binding: "FILES",
          notFoundHandling: "none",
          htmlHandling: "none",
          runWorkerFirst: true,
        },
      },
      '(name = "FILES", service = (name = "assets", entrypoint = "AssetWorker"))',
    ],
  ])("%s", (_, project, expected) => {
    expect(config(project).text).toContain(expected);
  });

  test("no engine without workflows", () => {
    const { text } = config({ sqliteClasses: ["Cart"] });
    expect(text).not.toContain("WorkflowEngine");
    expect(text).toContain('(name = "SHARDS", json = "0")');
  });

  test("nothing secret in it", () => {
    const { text, environment } = config({ vars: { KEY: "hush" }, secretNames: ["KEY"] });
    expect(text).not.toContain("hush");
    expect(text).not.toContain('"token"');
    expect(environment).toEqual({ PAWL_SECRET_0: "hush", PAWL_DOOR_TOKEN: "token" });
  });

  test.each([["x".repeat(100_001)], ["a\u0000b"]])("no secret that would arrive cut off", (secret) => {
    expect(() => config({ vars: { KEY: secret }, secretNames: ["KEY"] })).toThrow("The secret KEY");
  });

  test("the compression that a project asks for", () => {
    const bundle = { ...BUNDLE, compatibilityFlags: ["web_socket_compression"] };
    expect(config({}, { bundle }).text).not.toContain("no_web_socket_compression");
  });
});

test.each([
  ["127.0.0.1", "127.0.0.1:80"],
  ["localhost", "127.0.0.1:80"],
  ["::1", "[::1]:80"],
  ["[::]", "[::]:80"],
  ["*", "*:80"],
])("the address of %s is %s", (host, expected) => {
  expect(socketAddress({ host, port: 80 })).toBe(expected);
});
