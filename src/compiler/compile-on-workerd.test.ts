import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile } from "./compile.ts";
import { linkPackages, projectFolder, wranglerJson } from "./project-folder.test-support.ts";
import { readProject } from "./read-project.ts";
import { newestCompatibilityDate } from "./runtime.ts";
import { createFrameFinder, createStackMapper } from "./source-map.ts";
import { type Served, serveBundle } from "./workerd.test-support.ts";

async function start(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<Served & { folder: string; map: (stack: string) => string; frame: (stack: string) => string | undefined }> {
  const folder = projectFolder(files);
  linkPackages(folder);
  const project = await readProject(folder);
  const bundle = await compile(project, { outDir: join(folder, "out"), shards: 2, onWarning: () => undefined });
  const served = await serveBundle(bundle, project);
  const find = createFrameFinder(bundle);
  return { ...served, folder, map: createStackMapper(bundle), frame: (stack) => find(stack)?.frame };
}

const AGENT_APP = `
import { Agent, callable, getAgentByName, routeAgentRequest } from "agents";
import { env, WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { Hono } from "hono";

export const VERSION = "1.2.3";
export const LIMITS = { steps: 3 };
const bound = "GREETING" in env && "HELLO" in env;

export class Greeter extends Agent<Env, { count: number }> {
  initialState = { count: 0 };
  @callable() greet(name: string) {
    this.setState({ count: this.state.count + 1 });
    return \`\${this.env.GREETING} \${name} \${this.state.count}\`;
  }
  callableNames() { return [...this.getCallableMethods().keys()]; }
}

export class Hello extends WorkflowEntrypoint<Env, { name: string }> {
  async run(event: WorkflowEvent<{ name: string }>, step: WorkflowStep) {
    return step.do("greet", async () => (await getAgentByName(this.env.Greeter, "one")).greet(event.payload.name));
  }
}

const app = new Hono<{ Bindings: Env }>();
app.get("/bound", (c) => c.json(bound));
app.get("/greet", async (c) => c.text(await (await getAgentByName(c.env.Greeter, "one")).greet("Ada")));
app.get("/callable", async (c) => c.json(await (await getAgentByName(c.env.Greeter, "one")).callableNames()));
app.get("/run", async (c) => {
  const instance = await c.env.HELLO.create({ params: { name: "Bob" } });
  for (;;) {
    const status = await instance.status();
    if (status.status === "complete" || status.status === "errored") return c.json(status);
    await scheduler.wait(10);
  }
});
app.all("/agents/*", async (c) => (await routeAgentRequest(c.req.raw, c.env)) ?? c.notFound());
export default app;
`;

const AGENT_CONFIG = {
  compatibility_flags: ["nodejs_compat"],
  durable_objects: { bindings: [{ name: "Greeter", class_name: "Greeter" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Greeter"] }],
  workflows: [{ binding: "HELLO", name: "hello", class_name: "Hello" }],
  vars: { GREETING: "Hello" },
};

describe.each(["2025-01-08", newestCompatibilityDate()])("an agents project at %s", (date) => {
  test("runs on workerd: agent, callable methods under legacy decorators, env at top level, workflow", async () => {
    const app = await start({
      "wrangler.jsonc": wranglerJson({ ...AGENT_CONFIG, compatibility_date: date }),
      "main.ts": AGENT_APP,
      "tsconfig.json": '{ "compilerOptions": { "experimentalDecorators": true, "emitDecoratorMetadata": true } }',
    });
    expect(await (await fetch(`${app.url}/bound`)).json()).toBe(true);
    expect(await (await fetch(`${app.url}/greet`)).text()).toBe("Hello Ada 1");
    expect(await (await fetch(`${app.url}/callable`)).json()).toEqual(["greet"]);
    expect(await (await fetch(`${app.url}/run`)).json()).toMatchObject({ status: "complete", output: "Hello Bob 2" });
  });
});

test("a Worker without workflows, agents and Node runs", async () => {
  const plain = await start({
    "wrangler.jsonc": wranglerJson({ compatibility_date: "2025-01-08", main: "main.js" }),
    "main.js": "export default { fetch: () => new Response('plain') };",
  });
  expect(await (await fetch(plain.url)).text()).toBe("plain");
});

test("what cloudflare:workers exports natively is what user code gets", async () => {
  const app = await start({
    "wrangler.jsonc": wranglerJson({
      durable_objects: { bindings: [{ name: "Box", class_name: "Box" }] },
      migrations: [{ tag: "v1", new_sqlite_classes: ["Box"] }],
      vars: { COLOUR: "red", LIST: [1, 2] },
    }),
    "main.ts": `
      import * as native from "cloudflare:workers";
      import { DurableObject, env, RpcTarget, WorkerEntrypoint, waitUntil } from "cloudflare:workers";
      class Counter extends RpcTarget { value = 0; add(n: number) { return (this.value += n); } }
      export class Box extends DurableObject {
        counter() { return new Counter(); }
        hasStorage() { return this.ctx.storage.sql !== undefined; }
      }
      export class Side extends WorkerEntrypoint { hello() { return "hello " + env.COLOUR; } }
      export default class extends WorkerEntrypoint {
        async fetch() {
          waitUntil(Promise.resolve());
          const box = this.env.Box.getByName("a");
          using counter = await box.counter();
          const later = await import("cloudflare:workers");
          return Response.json({
            colour: env.COLOUR, list: this.env.LIST, sum: await counter.add(4), storage: await box.hasStorage(),
            side: await this.ctx.exports.Side.hello(), same: later.DurableObject === native.DurableObject,
            own: new native.WorkflowEntrypoint(1, 2).env,
          });
        }
      }`,
  });
  expect(await (await fetch(app.url)).json()).toEqual({
    colour: "red",
    list: [1, 2],
    sum: 4,
    storage: true,
    side: "hello red",
    same: true,
    own: 2,
  });
});

test("files that are not JavaScript are imported as wrangler imports them", async () => {
  const wasm = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  const app = await start({
    "wrangler.jsonc": wranglerJson({
      compatibility_flags: ["nodejs_compat"],
      alias: { "the-alias": "./lib/target.ts" },
      define: { WHO: '"me"' },
      rules: [{ type: "Data", globs: ["**/*.png"], fallthrough: true }],
    }),
    "main.ts": `
      import fs from "fs";
      import wasm from "./a.wasm";
      import again from "./a.wasm?module";
      import text from "./lib/b.txt";
      import markdown from "./c.md";
      import svg from "./d.svg";
      import raw from "./lib/target.ts?raw";
      import data from "./e.bin";
      import picture from "./f.png";
      import target from "the-alias";
      import { EmailMessage } from "cloudflare:email";
      import old from "./old.cjs";
      declare const WHO: string;
      export default { fetch: () => {
        let email = "";
        try { new EmailMessage("a", "b", "c"); } catch (error) { email = error.message; }
        return Response.json({
        wasm: wasm instanceof WebAssembly.Module, again: again instanceof WebAssembly.Module,
        text, markdown, svg, raw, data: [...new Uint8Array(data)], picture: picture.byteLength, target, who: WHO, email,
        fs: typeof fs.readFileSync, old,
      }) } };`,
    "lib/target.ts": "export default 'aliased' as string;",
    "a.wasm": wasm,
    "lib/b.txt": "text",
    "c.md": "# md",
    "d.svg": "<svg/>",
    "e.bin": new Uint8Array([1, 2]),
    "f.png": new Uint8Array(3),
    "old.cjs": "const path = require('path'); module.exports = path.join('a', 'b');",
  });
  expect(await (await fetch(app.url)).json()).toEqual({
    wasm: true,
    again: true,
    text: "text",
    markdown: "# md",
    svg: "<svg/>",
    raw: "export default 'aliased' as string;",
    data: [1, 2],
    picture: 3,
    target: "aliased",
    who: "me",
    email: expect.stringContaining("cloudflare:email"),
    fs: "function",
    old: "a/b",
  });
});

test("a date before node:fs still has it, and settings of the nearest tsconfig count", async () => {
  const app = await start({
    "wrangler.jsonc": wranglerJson({
      main: "src/main.tsx",
      compatibility_date: "2024-10-01",
      compatibility_flags: ["nodejs_compat"],
    }),
    "tsconfig.base.json": '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "hono/jsx" } }',
    "tsconfig.json": '{ "extends": "./tsconfig.base.json", "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
    "src/deep/greeting.ts": "export const greeting: string = 'hi';",
    "src/main.tsx": `
      import { readFileSync } from "node:fs";
      import { greeting } from "@/deep/greeting";
      import { createServer } from "node:http";
      export default { fetch: () => new Response(String(<p>{greeting} {typeof readFileSync} {typeof createServer}</p>)) };`,
  });
  expect(await (await fetch(app.url)).text()).toBe("<p>hi function function</p>");
});

describe.each(["2025-01-08", newestCompatibilityDate()])("stacks at %s", (date) => {
  test("of caught errors and of rejections that nobody handles lead to the user's source", async () => {
    const app = await start({
      "wrangler.jsonc": wranglerJson({ compatibility_date: date }),
      "lib/fail.ts": `
export interface Reason { text: string }

export function fail({ text }: Reason): never {
  throw new Error(text);
}
`,
      "main.ts": `
import { Hono } from "hono";
import { fail } from "./lib/fail.ts";

const app = new Hono();
app.get("/caught", (c) => {
  try { return fail({ text: "caught" }); } catch (error) { return c.text(String(error.stack)); }
});
app.get("/lost", async (c) => {
  void (async () => { await Promise.resolve(); fail({ text: "lost" }); })();
  await scheduler.wait(1);
  return c.text("");
});
export default app;
`,
    });
    const stack = await (await fetch(`${app.url}/caught`)).text();
    expect(stack).toContain("index.js:");
    expect(app.map(stack)).toContain(`at fail (${app.folder}/lib/fail.ts:5:9)`);
    expect(app.map(stack)).toMatch(/at .*\(node_modules\/hono\/dist\/[\w/-]+\.js:\d+:\d+\)/);
    expect(app.frame(stack)).toBe(
      [
        "  3 |",
        "  4 | export function fail({ text }: Reason): never {",
        "> 5 |   throw new Error(text);",
        "    |         ^",
        "  6 | }",
        "  7 |",
      ].join("\n"),
    );

    await fetch(`${app.url}/lost`);
    await expect.poll(() => app.output()).toContain("Unhandled rejection: Error: lost");
    expect(app.map(app.output())).toContain(`at fail (${app.folder}/lib/fail.ts:5:9)`);
  });
});

describe("a main without a default export", () => {
  test("answers that nothing answers, instead of asking itself without end", async () => {
    const app = await start({ "wrangler.jsonc": wranglerJson(), "main.ts": "export {};\n" });
    const response = await fetch(app.url);
    expect(response.status).toBe(500);
    expect(await response.text()).toContain("its main module has no default export");
  });

  test("may listen as a service worker does", async () => {
    const main = `addEventListener("fetch", (event) => {
  if (new URL(event.request.url).pathname === "/mine") event.respondWith(new Response("listened"));
});`;
    const app = await start({ "wrangler.jsonc": wranglerJson(), "main.ts": main });
    expect(await (await fetch(`${app.url}/mine`)).text()).toBe("listened");
    expect((await fetch(app.url)).status).toBe(500);
  });
});
