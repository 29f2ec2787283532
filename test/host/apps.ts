import { tempProject } from "../support/server.ts";

/** Counts in a Durable Object, and does what the path says. */
const COUNTER = `
import { DurableObject } from "cloudflare:workers";

interface Env {
  readonly COUNTER: DurableObjectNamespace<Counter>;
  readonly SECRET?: string;
  readonly GREETING?: unknown;
}

export class Counter extends DurableObject<Env> {
  async add(): Promise<number> {
    const count = ((await this.ctx.storage.get<number>("count")) ?? 0) + 1;
    await this.ctx.storage.put("count", count);
    return count;
  }

  async fail(): Promise<void> {
    throw new RangeError("failed in the object");
  }

  async failSoon(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now());
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
    throw new Error("failed in the alarm");
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    const counter = env.COUNTER.getByName("one");
    switch (pathname) {
      case "/add":
        return Response.json(await counter.add());
      case "/spin":
        for (;;);
      case "/throw":
        throw new TypeError("failed in the handler");
      case "/throw-text":
        throw "failed with a text";
      case "/fail":
        await counter.fail();
        break;
      case "/caught":
        return new Response(await counter.fail().catch((error: Error) => error.message));
      case "/alarm":
        await counter.failSoon();
        break;
      case "/log":
        console.log("said", { nested: [1, 2] });
        console.warn("\\u001b]0;title\\u0007 warned");
        break;
      case "/env":
        return Response.json({ secret: env.SECRET, greeting: env.GREETING });
      case "/reject":
        void Promise.reject(new Error("nobody handles this"));
        break;
      case "/cache":
        await caches.default.put("http://cache/x", new Response("x", { headers: { "cache-control": "max-age=9" } }));
        return Response.json((await caches.default.match("http://cache/x")) === undefined);
    }
    return new Response("ok");
  },
} satisfies ExportedHandler<Env>;
`;

/** A project with one Durable Object class and no workflows. */
export function counterApp(more: { files?: Record<string, string>; config?: object } = {}): Promise<string> {
  return tempProject({
    "wrangler.jsonc": JSON.stringify({
      name: "counter",
      main: "src/index.ts",
      compatibility_date: "2026-06-11",
      durable_objects: { bindings: [{ name: "COUNTER", class_name: "Counter" }] },
      migrations: [{ tag: "v1", new_sqlite_classes: ["Counter"] }],
      ...more.config,
    }),
    "src/index.ts": COUNTER,
    ...more.files,
  });
}
