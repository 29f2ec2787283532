import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { RunningServer, startCli, tempProject, untilGone } from "../support/server.ts";

const CONFIG = {
  name: "workbench",
  main: "worker.ts",
  compatibility_date: "2026-11-01",
  vars: { PLACE: "the shed" },
  assets: { directory: "public", binding: "ASSETS" },
  durable_objects: { bindings: [{ name: "COUNTER", class_name: "Counter" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Counter"] }],
};

const WORKER = `
import { DurableObject } from "cloudflare:workers";
import { greeting } from "./greeting.ts";

export class Counter extends DurableObject {
  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("upgrade") === "websocket") {
      const [client, server] = Object.values(new WebSocketPair());
      this.ctx.acceptWebSocket(server!);
      return new Response(null, { status: 101, webSocket: client! });
    }
    const count = (this.ctx.storage.kv.get<number>("count") ?? 0) + 1;
    this.ctx.storage.kv.put("count", count);
    return Response.json(count);
  }
  override webSocketMessage(socket: WebSocket, message: string): void {
    socket.send(\`\${greeting} \${message}\`);
  }
}

export default {
  async fetch(request: Request, env: any): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/count") return env.COUNTER.getByName("one").fetch(request);
    if (pathname === "/echo") return new Response(request.body, { headers: { "x-seen": request.headers.get("x-sent") ?? "" } });
    return Response.json({ greeting, place: env.PLACE, secret: env.SECRET ?? null });
  },
};
`;

let project: string;
let server: RunningServer;

beforeAll(async () => {
  project = await tempProject({
    "wrangler.json": JSON.stringify(CONFIG),
    "worker.ts": WORKER,
    "greeting.ts": `export const greeting = "hello";`,
    "public/index.html": "<!doctype html><title>bench</title><p>one</p>",
  });
  server = await startCli(project, { command: "dev" });
});
afterAll(() => server.stop());

async function answer(): Promise<unknown> {
  return (await fetch(`${server.url}/api`)).json();
}

/** Saves a file, and resolves when the server has said what came of it. */
async function save(file: string, content: string, event = "reloaded"): Promise<string> {
  const before = server.log().filter((line) => line.event === event).length;
  await writeFile(join(project, file), content);
  await server.logged((line) => line.event === event && server.log().filter((l) => l.event === event).length > before);
  return server.log().findLast((line) => line.event === event)?.message ?? "";
}

/** Resolves when the Worker greets so. A save may be seen half done, and then once more when it is whole. */
async function greet(greeting: string): Promise<string> {
  const said = await save("greeting.ts", `export const greeting = "${greeting}";`);
  await vi.waitFor(async () => expect(await answer()).toMatchObject({ greeting }), { timeout: 30_000 });
  return said;
}

test("a change of a module reaches the running Worker, and what is stored stays", async () => {
  expect(await answer()).toEqual({ greeting: "hello", place: "the shed", secret: null });
  expect(await (await fetch(`${server.url}/count`)).json()).toBe(1);
  expect(await greet("good day")).toContain("greeting.ts changed: rebuilt in");
  expect(await answer()).toEqual({ greeting: "good day", place: "the shed", secret: null });
  expect(await (await fetch(`${server.url}/count`)).json()).toBe(2);
});

test("a change of the configuration and one of the secrets do too, also of a file that is new", async () => {
  await save("wrangler.json", JSON.stringify({ ...CONFIG, vars: { PLACE: "the garden" } }));
  expect(await answer()).toMatchObject({ place: "the garden" });
  await save(".dev.vars", "SECRET=hush\n");
  expect(await answer()).toMatchObject({ secret: "hush" });
});

test("a build that fails is explained, and the last good one served until it is mended", async () => {
  await greet("good day");
  const said = await save("greeting.ts", `export const greeting = "good day" +;`, "build_failed");
  expect(said).toMatch(/greeting\.ts:1:\d+/);
  expect(said).toContain("Unexpected");
  expect(said).toContain("The last good build goes on being served");
  expect(await answer()).toMatchObject({ greeting: "good day" });

  // A file that the bundler asks for in vain is waited for.
  await save("greeting.ts", `export { greeting } from "./words/english.ts";`, "build_failed");
  const reloaded = server.log().filter((line) => line.event === "reloaded").length;
  await mkdir(join(project, "words"));
  await writeFile(join(project, "words/english.ts"), `export const greeting = "how do you do";`);
  await server.logged(() => server.log().filter((line) => line.event === "reloaded").length > reloaded);
  expect(await answer()).toMatchObject({ greeting: "how do you do" });
});

test("a Worker that is built and does not start is explained too, and the last good one taken up again", async () => {
  await greet("how do you do");
  const said = await save("greeting.ts", `export const greeting = "hi"; throw new Error("not today");`, "build_failed");
  expect(said).toContain("not today");
  expect(said).toMatch(/greeting\.ts:1:\d+/);
  expect(await answer()).toMatchObject({ greeting: "how do you do" });
  await greet("hello again");
  expect(await answer()).toMatchObject({ greeting: "hello again" });
});

test("a request that comes while the Worker is exchanged waits for the new one", async () => {
  await greet("hurry");
  const exchange = greet("patience");
  const greetings: unknown[] = [];
  while (greetings.at(-1) !== "patience") greetings.push(((await answer()) as { greeting: string }).greeting);
  await exchange;
  expect(new Set(greetings)).toEqual(new Set(["hurry", "patience"]));
});

test("requests go to the Worker and back as they are", async () => {
  const body = new Uint8Array(300_000).map((_, index) => index % 251);
  const response = await fetch(`${server.url}/echo?a=%2F`, { method: "PUT", body, headers: { "x-sent": "as is" } });
  expect(response.headers.get("x-seen")).toBe("as is");
  expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
  expect((await fetch(`${server.url}/count`, { method: "HEAD" })).status).toBe(200);
});

test("WebSockets reach the Worker; an exchange closes them, and the next one speaks to the new code", async () => {
  await greet("hello");
  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/count`);
    await new Promise((resolve, reject) => {
      socket.once("open", resolve).once("error", reject);
    });
    return socket;
  };
  const ask = async (socket: WebSocket): Promise<string> => {
    socket.send("Ada");
    return new Promise((resolve) => {
      socket.once("message", (data: Buffer) => resolve(data.toString()));
    });
  };
  const socket = await open();
  expect(await ask(socket)).toBe("hello Ada");
  const closed = new Promise((resolve) => {
    socket.once("close", resolve);
  });
  await greet("welcome");
  await closed;
  const next = await open();
  expect(await ask(next)).toBe("welcome Ada");
  next.close();
});

test("a page that a browser shows is told to load again when an asset or the Worker changes", async () => {
  expect(await navigate(server.url)).toMatch(
    /<p>one<\/p>\s*<script type="module" src="\/__pawl\/reload\.js"><\/script>/,
  );
  // What a program asks for is left as it is.
  expect(await (await fetch(server.url)).text()).not.toContain("script");
  expect(await (await fetch(`${server.url}/__pawl/reload.js`)).text()).toContain("/__pawl/reload");

  const events = await fetch(`${server.url}/__pawl/reload`);
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
  const reloads = async (): Promise<void> => {
    for (let heard = ""; !heard.includes("event: reload"); heard += (await reader?.read())?.value ?? "");
  };
  const first = reloads();
  await save("public/index.html", "<!doctype html><p>two</p>", "page");
  await first;
  expect(await (await fetch(server.url)).text()).toContain("<p>two</p>");
  const second = reloads();
  await greet("once more");
  await second;
  await reader?.cancel();
});

test("a file that is touched without a change of its contents builds once, and nothing builds by itself", async () => {
  const count = (): number => server.log().filter((line) => line.event === "reloaded").length;
  const before = count();
  await utimes(join(project, "greeting.ts"), new Date(), new Date());
  await server.logged(() => count() === before + 1);
  await save(".dev.vars", "SECRET=other\n");
  expect(count()).toBe(before + 2);
});

test("Ctrl-C ends it, and leaves no process behind", async () => {
  const workerd = await server.workerdPid();
  expect(await server.stop()).toBe(0);
  await untilGone(workerd);
});

test("a project whose first build fails says so in the browser, and is served as soon as it is mended", async () => {
  await writeFile(join(project, "greeting.ts"), "export const nothing = 1;");
  await rm(join(project, ".dev.vars"));
  server = new RunningServer(project, server.dataDir, { command: "dev" });
  const started = server.restart();
  const { url, message } = await server.logged((line) => line.event === "build_failed");
  expect(message).toContain("Nothing is served yet");
  const response = await fetch(String(url));
  expect(response.status).toBe(503);
  expect(await response.text()).toContain("greeting.ts");
  expect(await navigate(String(url))).toMatch(
    /No matching export[\s\S]*<script type="module" src="\/__pawl\/reload\.js">/,
  );

  await writeFile(join(project, "greeting.ts"), `export const greeting = "at last";`);
  await started;
  expect(server.url).toBe(url);
  expect(await answer()).toEqual({ greeting: "at last", place: "the garden", secret: null });
});

/** What a browser gets for an address that somebody has typed. */
function navigate(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { accept: "text/html", "sec-fetch-mode": "navigate" } }, (response) => {
      text(response).then(resolve, reject);
    }).once("error", reject);
  });
}
